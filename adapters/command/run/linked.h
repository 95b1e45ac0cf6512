// Runs the tests of one binary that is linked with Cloister. The binary makes their cells itself
// and reports each result at once (adapters/googletest/result_stream.h). Used by run.cc.
#pragma once

#include "adapters/command/run/cells.h"

namespace cloister::command {

struct LinkedOrder {
  const std::vector<Selected>& tests;
  std::vector<std::uint32_t> which;       // indices in `tests`, all of one binary
  std::vector<std::string> cell_flags;    // --cloister_memory=64M
  const std::vector<std::string>& flags;  // for every binary
  bool fail_fast = false;
};

// Returns 0, or the signal that ended the run.
Result<int> run_linked(const LinkedOrder& order, const RunEvents& events);

}  // namespace cloister::command
