// The command line of the programs that a guest executes: its own program, started anew
// (started_again.h), and the second half of a threadsafe death test.
#pragma once

#include <string>
#include <vector>

#include "framework/kernel/error.h"

namespace cloister::googletest {

// `own` for them: without what only the keeper does (stream results, to where a cell may have no
// way), and with the flags of a --gtest_flagfile in its place, which may be out of a cell's view.
// Called in the keeper.
Result<std::vector<std::string>> for_guests(const std::vector<std::string>& own);

// In a guest: the arguments of its death tests.
void use_in_death_tests(const std::vector<std::string>& arguments);

}  // namespace cloister::googletest
