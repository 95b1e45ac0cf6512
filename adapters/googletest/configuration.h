// What CLOISTER_SUITE and CLOISTER_TEST have said, and what follows from it for one test.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include <cloister/config.h>

#include "adapters/googletest/options.h"

namespace cloister::googletest {

// What the file says, for every test and then for those that an override matches, below what
// environment and flags say, below what its suite says, below what the test itself says.
CellConfig config_of(const testing::TestInfo& test, const Options& run);

// A sentence for each of what they have said, and for each override of the file that is not
// optional, that matches no test of this program, selected or not.
std::vector<std::string> unmatched_code();
std::vector<std::string> unmatched_in(const FileConfig& file);

// The descriptors that any test is to keep.
std::vector<int> kept_by_any_test(const Options& run);

}  // namespace cloister::googletest
