#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <stdexcept>

#include <cloister/gtest.h>

TEST(Row, RunsInACell) {
  char name[65] = {};
  gethostname(name, sizeof name);
  EXPECT_STREQ(name, "cloister");
}
TEST(Row, Fails) { FAIL() << "as it should"; }
TEST(Row, Crashes) { abort(); }
TEST(Row, IsSkipped) { GTEST_SKIP(); }
#if HAS_EXCEPTIONS
TEST(Row, Throws) { throw std::runtime_error("thrown"); }
#endif

class WithParameter : public testing::TestWithParam<int> {};
TEST_P(WithParameter, Passes) { EXPECT_GT(GetParam(), 0); }
INSTANTIATE_TEST_SUITE_P(Some, WithParameter, testing::Values(1, 2));
