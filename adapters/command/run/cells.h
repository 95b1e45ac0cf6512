// Runs tests of binaries that are not linked with Cloister, each in a cell of its own: a process of
// its own watches the cells, and each guest executes its binary. Used by run.cc.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <cloister/config.h>

#include "adapters/command/run/attempt.h"
#include "framework/kernel/error.h"

namespace cloister::command {

struct CellsOrder {
  const std::vector<Selected>& tests;
  std::vector<std::uint32_t> which;       // places in `tests`, in the order to start them
  std::vector<CellConfig> configs;        // of each of `which`
  const std::vector<std::string>& flags;  // for every test, before those that select it
  int jobs = 1;
  bool fill_processors = false;  // more than that while processors are idle
  bool fail_fast = false;        // start no more tests after the first that ends badly
  bool require = false;          // a lost default fails every test
};

// What happens, while it happens.
struct RunEvents {
  std::function<void(std::uint32_t test)> started;
  std::function<void(Attempt&& attempt)> ended;
  std::function<void(const std::string& line)> noted;  // for stderr
  // A failure of a program that is no test's.
  std::function<void(const Binary& binary, const std::string& words)> failed_beside;
};

// 0, or the signal that ended the run. Nothing that it started is left then.
Result<int> run_in_cells(const CellsOrder& order, const RunEvents& events);

}  // namespace cloister::command
