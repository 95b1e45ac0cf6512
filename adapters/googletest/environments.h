// GoogleTest's list of global environments, which lies in a class that no installed header shows.
// It is found by watching what changes there when environments are added.
#pragma once

#include <gtest/gtest.h>

#include <vector>

namespace cloister::googletest {

// The live list: writing to it changes what RUN_ALL_TESTS() sets up and tears down. nullptr when
// this GoogleTest keeps it in some other way. Leaves the list as it was.
std::vector<testing::Environment*>* find_environments();

}  // namespace cloister::googletest
