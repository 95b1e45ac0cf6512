#include "framework/kernel/stat_field.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace cloister {
namespace {

TEST(StatField, IsNumberedAsInTheManual) {
  EXPECT_EQ(stat_field(std::to_string(::getpid()), 3), "R");
  EXPECT_EQ(stat_field(std::to_string(::getpid()), 4), std::to_string(::getppid()));
}

TEST(StatField, IsFoundBehindANameOfBlanksAndBrackets) {
  char before[16];
  ASSERT_EQ(::prctl(PR_GET_NAME, before), 0);
  ASSERT_EQ(::prctl(PR_SET_NAME, "a) S 1 (b) 2"), 0);
  const auto parent = stat_field(std::to_string(::getpid()), 4);
  ::prctl(PR_SET_NAME, before);
  EXPECT_EQ(parent, std::to_string(::getppid()));
}

// That is more than any pid_max: proc_sys_kernel(5).
TEST(StatField, OfNoProcessIsNone) { EXPECT_EQ(stat_field("999999999", 3), std::nullopt); }

}  // namespace
}  // namespace cloister
