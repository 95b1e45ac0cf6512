// The files that a test's framework reports to. They are in the cell, where the test has paths and
// no descriptors for them; the warden can read them even when the cell is gone. Used by
// run_warden.cc.
#pragma once

#include <string>
#include <vector>

#include <cloister/report.h>

#include "framework/kernel/error.h"
#include "framework/kernel/fd.h"

namespace cloister::command {

class ReportFiles {
 public:
  // Call it before the fork of the guest, which needs one end.
  static Result<ReportFiles> make();
  int guests_end() const { return guests_.get(); }

  // In the guest: makes the files, passes them to the warden, and closes its own descriptors of
  // them. Returns their paths.
  Result<std::vector<std::string>> open_in_guest();

  // In the warden, after the cell has ended: what was written, one text per file. Removes the files
  // from what the test is reported to have left.
  std::vector<std::string> read(CellReport& report);

 private:
  ReportFiles(Fd ours, Fd guests) : ours_(std::move(ours)), guests_(std::move(guests)) {}

  Fd ours_;
  Fd guests_;
};

}  // namespace cloister::command
