// What a test costs the adapter does not depend on how many others there are.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

// Pages that a run writes to for the first time after a fork, or maps: a loop over all tests in a
// guest, which writes to each, shows here. A leak checker looks at all there is.
long faults(int registered, int suites) {
  std::string filter = "--gtest_filter=";
  for (int i = 0; i < suites; ++i) filter += "Suite" + std::to_string(i) + ".*:";
  const Ended ended =
      run({{tool("empty_tests"), "--gtest_brief=1", filter},
           {"EMPTY_TESTS=" + std::to_string(registered), "ASAN_OPTIONS=detect_leaks=0"}});
  EXPECT_EQ(ended.status, 0) << ended.err;
  return ended.minor_faults;
}

// The least of three: the kernel maps around a fault what happens to be in its cache.
double faults_per_test(int registered) {
  constexpr int kTestsBetween = 80;  // a suite has 20
  long least = std::numeric_limits<long>::max();
  for (int i = 0; i < 3; ++i)
    least = std::min(least, faults(registered, 5) - faults(registered, 1));
  return static_cast<double>(least) / kTestsBetween;
}

TEST(Growth, OfMemoryTouchedByATestIsNoneWithTheNumberOfTests) {
  const double few = faults_per_test(100);
  EXPECT_GT(few, 10);
  // Such a loop over 10,000 tests has ten times as many; a busy machine has some more or less.
  EXPECT_LE(faults_per_test(10'000), 1.5 * few);
}

}  // namespace
}  // namespace cloister::selftests
