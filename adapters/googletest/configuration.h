// What CLOISTER_SUITE and CLOISTER_TEST have said, and what follows from it for one test.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <cloister/config.h>

#include "framework/options/options.h"

namespace cloister::googletest {

// What the file says, for every test and then for those that an override matches, below what
// environment and flags say, below what its suite says, below what the test itself says, below
// --cloister_override.
CellConfig config_of(const testing::TestInfo& test, const Options& run);
// A line for each setting that is not a default: who has set it.
std::string origins_text(const testing::TestInfo& test, const Options& run);

// A sentence for each of what they have said, and for each override of the file or of the command
// line that is not optional, that matches no test of this program, selected or not.
std::vector<std::string> unmatched_code();
std::vector<std::string> unmatched_in(const Options& run);

// The descriptors that any test is to keep.
std::vector<int> kept_by_any_test(const Options& run);

}  // namespace cloister::googletest
