#include "framework/plan/guest_pid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <vector>

namespace cloister {
namespace {

TEST(GuestPid, IsTheSameEachTime) {
  EXPECT_EQ(guest_pid_of("storage_test", 7), guest_pid_of("storage_test", 7));
}

TEST(GuestPid, LiesBelowTheSmallestPidMax) {
  for (std::uint32_t place = 0; place < 100000; ++place) {
    const pid_t pid = guest_pid_of("storage_test", place);
    ASSERT_GE(pid, 1000);
    ASSERT_LT(pid, 31000);
  }
}

TEST(GuestPid, OfTestsNearEachOtherIsFarApart) {
  for (const char* program : {"storage_test", "", "/a/b/c"}) {
    for (std::uint32_t place = 0; place < 500; ++place) {
      for (std::uint32_t other = place + 1; other <= place + 100; ++other)
        ASSERT_GE(std::abs(guest_pid_of(program, place) - guest_pid_of(program, other)), 100)
            << place << ' ' << other;
    }
  }
}

TEST(GuestPid, OfTheSamePlaceInOtherProgramsIsAnother) {
  std::set<pid_t> pids;
  for (int program = 0; program < 20; ++program)
    pids.insert(guest_pid_of("program" + std::to_string(program) + "_test", 0));
  EXPECT_EQ(pids.size(), 20U);
}

}  // namespace
}  // namespace cloister
