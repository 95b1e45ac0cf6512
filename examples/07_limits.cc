// Shows: limits as assertions: tests whose point is to hit the wall, and budgets for a stretch of a
// test. Run with --cloister_ledger --gtest_output=json:ledger.json to keep what each test used.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include <cloister/gtest.h>

using namespace cloister::literals;
using namespace std::chrono_literals;

// A watchdog that is worth its name ends a process that hangs.
CLOISTER_TEST(Limits, AnEndlessWaitIsEnded, {.deadline = 200ms});
TEST(Limits, AnEndlessWaitIsEnded) {
  CLOISTER_EXPECT(TimedOut);
  pause();
}

CLOISTER_TEST(Limits, AnEndlessLoopIsEnded, {.cpu_time = 200ms});
TEST(Limits, AnEndlessLoopIsEnded) {
  CLOISTER_EXPECT(OutOfCpuTime);
  volatile bool stop = false;
  while (!stop) {
  }
}

// Unlike a death test, this ends the very process that the test runs in.
TEST(Limits, ABrokenInvariantAborts) {
  CLOISTER_EXPECT(Signaled{SIGABRT});
  abort();
}

TEST(Limits, SortingIsFrugal) {
  std::vector<int> numbers(100000);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int>(i * 7919 % 100003);
  EXPECT_WITHIN_BUDGET({.memory = 1_MiB, .cpu = 1s});  // in place, and not quadratic
  std::sort(numbers.begin(), numbers.end());
}

CLOISTER_TEST(Limits, ATestCanAskForItsOwn, {.open_files = 64});
TEST(Limits, ATestCanAskForItsOwn) {
  if (!cloister::this_cell().inside()) GTEST_SKIP() << "a run without cells has no limits";
  EXPECT_EQ(cloister::this_cell().limits().open_files, 64U);
  EXPECT_LT(cloister::this_cell().memory_peak(), 1_GiB);
}
