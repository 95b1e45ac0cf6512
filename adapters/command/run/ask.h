// Asks a test binary what it is and which tests it has, in a cell like those of its tests. A binary
// that ignores the question and runs its tests does no harm there. One that hangs, crashes, floods
// or cannot be executed is an Error. Used by discover.cc.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "adapters/command/kinds/kind.h"
#include "adapters/command/run/cells.h"
#include "framework/kernel/error.h"

namespace cloister::command {

// This process's environment without the variables that change which tests a binary runs, or where
// and how it reports. `added` replaces existing variables. NAME=VALUE each.
std::vector<std::string> environment_of_tests(const std::vector<std::string>& added = {});

// All questions of a run. One process tries the host out for them, and asks each in its own cell.
class Questions {
 public:
  // `services` are for a binary that gives no answer without: it is asked again with them.
  static Result<Questions> begin(std::vector<SharedService> services);
  Result<Answer> ask(const std::string& program, const std::vector<std::string>& arguments,
                     std::chrono::milliseconds timeout);
  // The signal that interrupted a question, or 0.
  int interrupted() const { return interrupted_; }

 private:
  Questions(CellsProcess process, bool has_services)
      : process_(std::move(process)), has_services_(has_services) {}
  Result<CellReport> hear_answer(const std::string& program,
                                 const std::vector<std::string>& arguments,
                                 std::chrono::milliseconds timeout, bool with_services);

  CellsProcess process_;
  bool has_services_;
  int interrupted_ = 0;
};

}  // namespace cloister::command
