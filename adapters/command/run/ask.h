// Asks a test binary something, in a cell as its tests are: what it is, which tests it has. One
// that ignores the question and runs its tests does no harm there. A binary that hangs, crashes,
// floods or cannot be executed is an Error. Used by discover.cc.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "adapters/command/kinds/kind.h"
#include "adapters/command/run/cells.h"
#include "framework/kernel/error.h"

namespace cloister::command {

// This process's environment without what would change which tests a binary runs, and where and
// how it reports; with `added` in place of what is there. NAME=VALUE each.
std::vector<std::string> environment_of_tests(const std::vector<std::string>& added = {});

// All questions of a run: one process tries the host out for them, and asks each in a cell of its
// own.
class Questions {
 public:
  static Result<Questions> begin();
  Result<Answer> ask(const std::string& program, const std::vector<std::string>& arguments,
                     std::chrono::milliseconds timeout);
  // The signal that broke a question off, or 0.
  int interrupted() const { return interrupted_; }

 private:
  explicit Questions(CellsProcess process) : process_(std::move(process)) {}

  CellsProcess process_;
  int interrupted_ = 0;
};

}  // namespace cloister::command
