// The caps on processors: how many, which, and how long.
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftests/framework/caps/cap_guests.h"
#include "selftests/framework/watch/run_cells.h"

namespace cloister {
namespace {

using namespace std::chrono_literals;

TEST(CpuCap, OverIsThrottledAndSaysForHowLong) {
  const auto report = run_cell(CellConfig{}.with_cpus(0.2), [](GuestSide&) { use_cpu(100ms); });
  if (!lane_has(Facility::kCpuCap)) return expect_refused(report, Facility::kCpuCap);
  EXPECT_TRUE(std::holds_alternative<Finished>(report.outcome));
  EXPECT_GT(report.usage.wall, 250ms) << "100 ms of a fifth of a processor";
  EXPECT_GT(report.usage.throttled, 100ms);
}

TEST(CpuCap, UnderIsNotThrottled) {
  const auto report = run_cell(CellConfig{}.with_cpus(0.9), [](GuestSide&) { use_cpu(10ms); });
  if (!lane_has(Facility::kCpuCap)) return expect_refused(report, Facility::kCpuCap);
  EXPECT_TRUE(std::holds_alternative<Finished>(report.outcome));
  EXPECT_EQ(report.usage.throttled, 0us);
}

TEST(CpuSet, IsTheProcessorsThatTheGuestMayUse) {
  cpu_set_t own;
  sched_getaffinity(0, sizeof own, &own);
  int first = 0;
  while (!CPU_ISSET(first, &own)) ++first;
  const auto report =
      run_cell(CellConfig{}.with_cpu_set(std::to_string(first)), [first](GuestSide& guest) {
        cpu_set_t set;
        sched_getaffinity(0, sizeof set, &set);
        guest.send(1, CPU_COUNT(&set) == 1 && CPU_ISSET(first, &set) ? "that one" : "others");
      });
  ASSERT_EQ(report.events.size(), 1U);
  EXPECT_EQ(report.events[0].payload, "that one");
}

TEST(CpuSet, ByACgroupCannotBeLeft) {
  cpu_set_t own;
  sched_getaffinity(0, sizeof own, &own);
  if (CPU_COUNT(&own) < 2 || !lane_has(Facility::kCpuSet)) return;  // there is nowhere to go to
  int first = 0;
  while (!CPU_ISSET(first, &own)) ++first;
  const auto report =
      run_cell(CellConfig{}.with_cpu_set(std::to_string(first)), [own](GuestSide& guest) {
        sched_setaffinity(0, sizeof own, &own);
        cpu_set_t set;
        sched_getaffinity(0, sizeof set, &set);
        guest.send(1, std::to_string(CPU_COUNT(&set)));
      });
  ASSERT_EQ(report.events.size(), 1U);
  EXPECT_EQ(report.events[0].payload, "1");
}

TEST(CpuTime, OverIsOutOfCpuTime) {
  const auto report = run_cell(CellConfig{}.with_cpu_time(300ms), [](GuestSide&) { use_cpu(60s); });
  ASSERT_TRUE(std::holds_alternative<OutOfCpuTime>(report.outcome));
  EXPECT_EQ(std::get<OutOfCpuTime>(report.outcome).cap, 300ms);
  const auto used = report.usage.user_cpu + report.usage.system_cpu;
  EXPECT_GE(used, 295ms);  // clocks of the kernel that are compared tick every 4 ms and more
  EXPECT_LT(used, 900ms);
}

// A virtual machine counts what its host takes from it: far under.
TEST(CpuTime, UnderIsFine) {
  const auto report = run_cell(CellConfig{}.with_cpu_time(2s), [](GuestSide&) { use_cpu(500ms); });
  EXPECT_TRUE(std::holds_alternative<Finished>(report.outcome));
}

TEST(CpuTime, DoesNotPassWhileTheGuestSleeps) {
  const auto report = run_cell(CellConfig{}.with_cpu_time(500ms), [](GuestSide&) { sleep(1); });
  EXPECT_TRUE(std::holds_alternative<Finished>(report.outcome));
}

TEST(CpuTime, CountsChildrenThatWereWaitedFor) {
  const auto report = run_cell(CellConfig{}.with_cpu_time(100ms), [](GuestSide&) {
    for (int child = 0; child < 100; ++child) {
      if (fork() == 0) {
        use_cpu(20ms);
        _exit(0);
      }
      wait(nullptr);
    }
  });
  EXPECT_TRUE(std::holds_alternative<OutOfCpuTime>(report.outcome));
}

// Only a cgroup counts those as they run.
TEST(CpuTime, CountsChildrenThatStillRun) {
  const auto report =
      run_cell(CellConfig{}.with_cpu_time(100ms).with_deadline(2500ms), [](GuestSide&) {
        if (fork() == 0) use_cpu(60s);
        pause();
      });
  if (lane_has(Facility::kMemoryCap)) {
    EXPECT_TRUE(std::holds_alternative<OutOfCpuTime>(report.outcome));
  } else {
    EXPECT_TRUE(std::holds_alternative<TimedOut>(report.outcome));
  }
}

TEST(Deadline, OverIsTimedOut) {
  const auto report = run_cell(CellConfig{}.with_deadline(50ms), [](GuestSide&) { pause(); });
  ASSERT_TRUE(std::holds_alternative<TimedOut>(report.outcome));
  EXPECT_GE(report.usage.wall, 50ms);
  EXPECT_LT(report.usage.wall, 2s);
}

TEST(Deadline, UnderIsFine) {
  const auto report = run_cell(CellConfig{}.with_deadline(5s), [](GuestSide&) { usleep(300000); });
  EXPECT_TRUE(std::holds_alternative<Finished>(report.outcome));
}

}  // namespace
}  // namespace cloister
