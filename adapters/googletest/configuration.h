// What CLOISTER_SUITE and CLOISTER_TEST have said, and what follows from it for one test.
#pragma once

#include <gtest/gtest.h>

#include <cloister/config.h>

namespace cloister::googletest {

// `run` (defaults, environment, flags) below what its suite says below what the test itself says.
CellConfig config_of(const testing::TestInfo& test, const CellConfig& run);

}  // namespace cloister::googletest
