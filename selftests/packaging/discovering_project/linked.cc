// Tests of a binary that links Cloister: that each has a cell, and that a failure is one.
#include <gtest/gtest.h>
#include <unistd.h>

TEST(Linked, IsInACell) { EXPECT_LT(getpid(), 10); }
TEST(Linked, Fails) { FAIL() << "as it should"; }
