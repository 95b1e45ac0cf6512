// The files that a test's framework reports to: in the cell, where the test has them by a path and
// no descriptor; to be read by the warden, also when the cell is no more. Used by run_warden.cc.
#pragma once

#include <string>
#include <vector>

#include <cloister/report.h>

#include "framework/kernel/error.h"
#include "framework/kernel/fd.h"

namespace cloister::command {

class ReportFiles {
 public:
  // Before the guest is forked, which must be left its end.
  static Result<ReportFiles> make();
  int guests_end() const { return guests_.get(); }

  // In the guest: makes the files, hands them to the warden, and closes what it has of them. Their
  // paths.
  Result<std::vector<std::string>> open_in_guest();

  // In the warden, when the cell has ended: what was written, a text for each file. Takes the
  // files out of what the test is said to have left.
  std::vector<std::string> read(CellReport& report);

 private:
  ReportFiles(Fd ours, Fd guests) : ours_(std::move(ours)), guests_(std::move(guests)) {}

  Fd ours_;
  Fd guests_;
};

}  // namespace cloister::command
