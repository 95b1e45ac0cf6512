#include "framework/config/closest_name.h"

#include <gtest/gtest.h>

namespace cloister {
namespace {

constexpr std::string_view kKnown[] = {"memory", "network", "jobs"};

TEST(ClosestName, IsWithinTwoEdits) {
  EXPECT_EQ(closest_name("memroy", kKnown), "memory");
  EXPECT_EQ(closest_name("mmory", kKnown), "memory");
  EXPECT_EQ(closest_name("networks", kKnown), "network");
  EXPECT_EQ(closest_name("jods", kKnown), "jobs");
}

TEST(ClosestName, IsNothingFurtherAway) {
  EXPECT_EQ(closest_name("mem", kKnown), "");
  EXPECT_EQ(closest_name("", kKnown), "");
}

TEST(ClosestName, IsTheClosestOfSeveral) {
  constexpr std::string_view known[] = {"abcd", "abxx", "abcx"};
  EXPECT_EQ(closest_name("abcy", known), "abcd");
  EXPECT_EQ(closest_name("abxy", known), "abxx");
}

}  // namespace
}  // namespace cloister
