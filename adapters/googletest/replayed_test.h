// The replay in the keeper for each test. Used by keeper.cc.
#pragma once

#include <gtest/gtest.h>

#include "adapters/googletest/registry.h"

namespace cloister::googletest {

// A test whose body is what its guest reported: Keeper::replay_test.
testing::Test* make_replayed_test(TestId id);

}  // namespace cloister::googletest
