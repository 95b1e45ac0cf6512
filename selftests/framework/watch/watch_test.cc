// From a guest's deed to its report, in real cells.
#include "framework/watch/watch.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <new>
#include <thread>

#include "selftests/framework/watch/run_cells.h"
#include "selftests/support/lane.h"

namespace cloister {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using selftests::lane_gives;

std::string pid_namespace() {
  char target[64] = {};
  return readlink("/proc/self/ns/pid", target, sizeof target - 1) > 0 ? target : "";
}

void print(int fd, const std::string& text) {
  ASSERT_EQ(write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

TEST(Watch, AGuestThatReturnsHasFinished) {
  const auto report = run_cell({}, [](GuestSide& guest) { guest.send(5, "hello"); });
  EXPECT_TRUE(std::holds_alternative<Finished>(report.outcome));
  ASSERT_EQ(report.events.size(), 1U);
  EXPECT_EQ(report.events[0].payload, "hello");
  EXPECT_GT(report.usage.wall, 0us);
  EXPECT_GT(report.usage.peak_memory.count, 0U);
}

TEST(Watch, AnExitIsNoFinish) {
  const auto report = run_cell({}, [](GuestSide&) { _exit(0); });
  EXPECT_EQ(std::get<Exited>(report.outcome).status, 0);
}

TEST(Watch, ASignalIsReportedAsItIs) {
  for (const int number : {SIGABRT, SIGSEGV, SIGTERM, SIGKILL}) {
    const auto report = run_cell({}, [number](GuestSide&) { raise(number); });
    ASSERT_TRUE(std::holds_alternative<Signaled>(report.outcome)) << number;
    EXPECT_EQ(std::get<Signaled>(report.outcome).signal, number);
  }
}

TEST(Watch, WhatWasSentBeforeACrashSurvives) {
  const auto report = run_cell({}, [](GuestSide& guest) {
    guest.send(5, "before");
    abort();
  });
  ASSERT_EQ(report.events.size(), 1U);
  EXPECT_EQ(report.events[0].payload, "before");
}

TEST(Watch, ACrashAfterTheLastFrameIsACrash) {
  const auto report = run_cell({}, [](GuestSide& guest) {
    guest.finish();
    abort();
  });
  EXPECT_TRUE(report.said_finished);
  EXPECT_TRUE(std::holds_alternative<Signaled>(report.outcome));
}

TEST(Watch, TheDeadlineEndsEverything) {
  const auto report = run_cell(CellConfig{}.with_deadline(100ms), [](GuestSide&) {
    if (fork() == 0) signal(SIGTERM, SIG_IGN);
    while (true) pause();
  });
  EXPECT_EQ(std::get<TimedOut>(report.outcome).deadline, 100ms);
  EXPECT_LT(report.usage.wall, 5s);
}

TEST(Watch, AStoppedGuestStillHasItsDeadline) {
  const auto report =
      run_cell(CellConfig{}.with_deadline(100ms), [](GuestSide&) { raise(SIGSTOP); });
  EXPECT_TRUE(std::holds_alternative<TimedOut>(report.outcome));
}

TEST(Watch, GarbageOnTheEventPipeIsNamed) {
  const auto report = run_cell({}, [](GuestSide&) {
    for (int fd = 3; fd < 1024; ++fd) std::ignore = write(fd, "garbage that is no frame", 24);
  });
  EXPECT_TRUE(std::holds_alternative<ProtocolBroken>(report.outcome));
}

TEST(Watch, AGuestThatClosesEveryDescriptorIsHeardAllTheSame) {
  const auto report = run_cell({}, [](GuestSide& guest) {
    for (int fd = 0; fd < 2048; ++fd) close(fd);
    guest.send(5, "still here");
  });
  EXPECT_TRUE(std::holds_alternative<Finished>(report.outcome));
  ASSERT_EQ(report.events.size(), 1U);
}

TEST(Watch, OutputIsKeptPerStream) {
  const auto report = run_cell({}, [](GuestSide&) {
    print(1, "to stdout");
    print(2, "to stderr");
  });
  EXPECT_EQ(report.out.kept, "to stdout");
  EXPECT_EQ(report.err.kept, "to stderr");
}

TEST(Watch, OutputOverItsLimitIsCountedAndDropped) {
  const auto report = run_cell(CellConfig{}.with_output(Bytes{1000}), [](GuestSide&) {
    const std::string line(100, 'x');
    for (int i = 0; i < 5000; ++i) print(1, line);
  });
  EXPECT_TRUE(std::holds_alternative<Finished>(report.outcome));
  EXPECT_EQ(report.out.kept.size(), 1000U);
  EXPECT_EQ(report.out.dropped, 499000U);
}

TEST(Watch, ADaemonThatHoldsThePipesDelaysNothing) {
  const auto report = run_cell({}, [](GuestSide&) {
    if (fork() == 0) {
      setsid();
      if (fork() == 0) sleep(60);
      _exit(0);
    }
    wait(nullptr);
  });
  EXPECT_TRUE(std::holds_alternative<Finished>(report.outcome));
  EXPECT_LT(report.usage.wall, 10s);
  // Only a pid namespace tells whose a daemon was.
  ASSERT_EQ(report.survivor_count, lane_gives("pid namespace") ? 1U : 0U);
  ASSERT_EQ(report.survivors.size(), report.survivor_count);
  if (report.survivors.empty()) return;
  EXPECT_EQ(report.survivors[0].name, "framework_test");
}

TEST(Watch, ManyCellsAtOnceAreAllReported) {
  std::vector<FunctionGuest> guests;
  for (int i = 0; i < 60; ++i) {
    guests.push_back({{}, [i](GuestSide& guest) { guest.send(5, std::to_string(i)); }});
  }
  const auto reports = run_cells(guests, {.jobs = 8});
  for (const auto& [id, report] : reports) {
    ASSERT_EQ(report.events.size(), 1U);
    EXPECT_EQ(report.events[0].payload, std::to_string(id));
  }
}

TEST(Watch, OneAtATimeIsOneAfterTheOther) {
  // Every other cell is built much faster than the one before it.
  void* shared =
      mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  auto* started = new (shared) std::atomic<int>(0);
  std::vector<FunctionGuest> guests;
  for (int i = 0; i < 20; ++i) {
    CellConfig config;
    if (i % 2 == 1) config.with_network(Network::kHost).with_private_tmp(false);
    guests.push_back({config, [started](GuestSide& guest) {
                        guest.send(5, std::to_string(started->fetch_add(1)));
                      }});
  }
  for (const auto& [id, report] : run_cells(guests, {.jobs = 1})) {
    ASSERT_EQ(report.events.size(), 1U);
    EXPECT_EQ(report.events[0].payload, std::to_string(id));
  }
  munmap(shared, sizeof(int));
}

TEST(Watch, OneCrashCostsItsNeighboursNothing) {
  std::vector<FunctionGuest> guests(20, {{}, [](GuestSide&) { usleep(2000); }});
  guests[7].body = [](GuestSide&) { abort(); };
  const auto reports = run_cells(guests, {.jobs = 4});
  for (const auto& [id, report] : reports) {
    EXPECT_EQ(std::holds_alternative<Finished>(report.outcome), id != 7) << id;
  }
}

TEST(Watch, AGuestOnlyKillsWhatIsInItsCell) {
  if (!lane_gives("pid namespace")) {
    // It would kill this test. What there is to see is that nothing keeps it from that.
    const auto report = run_cell({}, [](GuestSide& guest) { guest.send(5, pid_namespace()); });
    ASSERT_EQ(report.events.size(), 1U);
    EXPECT_EQ(report.events[0].payload, pid_namespace());
    return;
  }
  std::vector<FunctionGuest> guests(8, {{}, [](GuestSide&) { usleep(20000); }});
  guests[3].body = [](GuestSide&) { kill(-1, SIGKILL); };
  for (const auto& [id, report] : run_cells(guests, {.jobs = 8})) {
    EXPECT_TRUE(std::holds_alternative<Finished>(report.outcome)) << id;
  }
}

// More than there are cells at a time, none of which will ever have any news.
TEST(Watch, RunsOnWhenManyInARowAreRefused) {
  const std::vector<FunctionGuest> guests(30, {CellConfig{}.with_memory(4_KiB), [](GuestSide&) {}});
  const auto reports = run_cells(guests, {.jobs = 1});
  EXPECT_EQ(reports.size(), guests.size());
  for (const auto& [id, report] : reports)
    EXPECT_TRUE(std::holds_alternative<SetupFailed>(report.outcome)) << id;
}

}  // namespace
}  // namespace cloister
