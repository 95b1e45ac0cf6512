// The cap on processes and threads.
#include <errno.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "selftests/framework/caps/cap_guests.h"
#include "selftests/framework/watch/run_cells.h"

namespace cloister {
namespace {

CellReport run_forking(std::uint32_t cap, int children) {
  return run_cell(CellConfig{}.with_processes(cap),
                  [children](GuestSide& guest) { guest.send(1, fork_up_to(children)); });
}

TEST(ProcessCap, OneOverIsRefusedAndCounted) {
  const auto report = run_forking(8, 8);
  if (!lane_has(Facility::kProcessCap)) return expect_refused(report, Facility::kProcessCap);
  ASSERT_EQ(report.events.size(), 1U);
  EXPECT_EQ(report.events[0].payload, "7 EAGAIN");
  EXPECT_EQ(report.usage.refused_forks, 1U);
  EXPECT_EQ(report.survivor_count, 7U);
}

TEST(ProcessCap, AsManyAsAllowedAreFine) {
  const auto report = run_forking(8, 7);
  if (!lane_has(Facility::kProcessCap)) return expect_refused(report, Facility::kProcessCap);
  ASSERT_EQ(report.events.size(), 1U);
  EXPECT_EQ(report.events[0].payload, "7");
  EXPECT_EQ(report.usage.refused_forks, 0U);
  EXPECT_EQ(report.usage.peak_processes, 8U);
}

TEST(ProcessCap, OfOneRunsATest) {
  const auto report = run_forking(1, 0);
  if (!lane_has(Facility::kProcessCap)) return expect_refused(report, Facility::kProcessCap);
  EXPECT_TRUE(std::holds_alternative<Finished>(report.outcome));
}

TEST(ProcessCap, CountsThreads) {
  const auto report = run_cell(CellConfig{}.with_processes(4), [](GuestSide& guest) {
    int started = 0;
    pthread_t thread;
    while (started < 10 && pthread_create(
                               &thread, nullptr,
                               [](void*) -> void* {
                                 pause();
                                 return nullptr;
                               },
                               nullptr) == 0)
      ++started;
    guest.send(1, std::to_string(started));
  });
  if (!lane_has(Facility::kProcessCap)) return expect_refused(report, Facility::kProcessCap);
  ASSERT_EQ(report.events.size(), 1U);
  EXPECT_EQ(report.events[0].payload, "3");
}

}  // namespace
}  // namespace cloister
