// The command line of the programs that a guest executes: its own program, started anew
// (started_again.h), and the second half of a threadsafe death test.
#pragma once

#include <string>
#include <vector>

#include "framework/kernel/error.h"

namespace cloister::googletest {

// The run's own command line, less what only the keeper does. Called in the keeper, which sees the
// files that it names.
Result<std::vector<std::string>> arguments_to_start_again();

// In a guest: whatever it executes does not stream results, which is the keeper's part; out of a
// cell there may be no way to who listens.
void leave_streaming_to_the_keeper();

}  // namespace cloister::googletest
