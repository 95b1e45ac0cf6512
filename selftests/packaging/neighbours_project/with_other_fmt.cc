#include <fmt/core.h>
#include <gtest/gtest.h>
#include <stdlib.h>

TEST(OtherFmt, IsTheProgramsOwn) {
  EXPECT_EQ(fmt::vformat("{}", fmt::make_format_args("a")), "another fmt");
}
TEST(OtherFmt, IsNotCloisters) { abort(); }
