// Tests of a binary that links Cloister: that each has a cell, and that a failure is one.
#include <gtest/gtest.h>
#include <unistd.h>

// Whoever forked it is in no pid namespace of its own: getpid(2).
TEST(Linked, IsInACell) { EXPECT_EQ(getppid(), 0); }
TEST(Linked, Fails) { FAIL() << "as it should"; }
