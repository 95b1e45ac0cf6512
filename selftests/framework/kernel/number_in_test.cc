#include "framework/kernel/number_in.h"

#include <gtest/gtest.h>

namespace cloister {
namespace {

TEST(NumberIn, IsTheFirstOneWithoutAKey) { EXPECT_EQ(number_in("4096\n17\n"), 4096U); }

TEST(NumberIn, StandsBehindItsKey) {
  EXPECT_EQ(number_in("anon 1\nfile 2\nfile_dirty 3\n", "file"), 2U);
  EXPECT_EQ(number_in("MemTotal:       24683620 kB\n", "MemTotal:"), 24683620U);
}

TEST(NumberIn, IsZeroWhereThereIsNone) {
  EXPECT_EQ(number_in("", "file"), 0U);
  EXPECT_EQ(number_in(""), 0U);
  EXPECT_EQ(number_in("max\n"), 0U);
  EXPECT_EQ(number_in("file_dirty 3\nfile", "file"), 0U);
  EXPECT_EQ(number_in("-1\n"), 0U);
}

}  // namespace
}  // namespace cloister
