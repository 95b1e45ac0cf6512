// Tests of a binary that does not know Cloister: each sees what cloister_discover_tests() was
// given.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

TEST(Plain, IsInItsCell) {
  char name[65] = {};
  gethostname(name, sizeof name);
  EXPECT_STREQ(name, "named-by-ctest");
}
TEST(Plain, HasItsWorkingDirectory) { EXPECT_EQ(access("plain.cc", R_OK), 0); }
TEST(Plain, HasItsEnvironment) { EXPECT_STREQ(getenv("GIVEN"), "by ctest"); }
TEST(Plain, HasItsArguments) { EXPECT_EQ(testing::GTEST_FLAG(random_seed), 7); }
TEST(Plain, SkipsItself) { GTEST_SKIP() << "no printer"; }
TEST(Plain, DISABLED_IsNotRun) { FAIL(); }

class Odd : public testing::Test {
  void TestBody() override {}
};
const auto* const kOdd = testing::RegisterTest("Odd", "a]b;c \"d\"", nullptr, nullptr, __FILE__,
                                               __LINE__, []() -> Odd* { return new Odd; });
