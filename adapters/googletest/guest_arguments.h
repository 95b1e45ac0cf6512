// The command line of the programs that a guest executes: its own program, started anew
// (started_again.h), and the second half of a threadsafe death test.
#pragma once

#include <string>
#include <vector>

#include "framework/kernel/error.h"

namespace cloister::googletest {

// `own` as changed for them. Removes what only the keeper does (streaming results, which a cell may
// not be able to send). Replaces a --gtest_flagfile, which a cell may not see, by its flags. Called
// in the keeper.
Result<std::vector<std::string>> for_guests(const std::vector<std::string>& own);

// In a guest: sets the arguments of its death tests.
void use_in_death_tests(const std::vector<std::string>& arguments);

}  // namespace cloister::googletest
