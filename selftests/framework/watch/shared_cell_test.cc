// One cell for several tasks: what the watch loop makes of a guest that goes on from one to the
// next, and of one that lies about it.
#include <gtest/gtest.h>
#include <stdio.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "framework/host/plan_here.h"
#include "framework/report/encode.h"
#include "framework/run/run.h"
#include "selftests/framework/watch/hear_warden.h"

namespace cloister {
namespace {

using namespace std::chrono_literals;

struct SharedRun final : CellSource, EventSink {
  SharedRun(Fd socket, CellConfig given) : outbox(std::move(socket)), config(std::move(given)) {}

  NextTask next() override {
    if (std::exchange(asked, true)) return NoMore{};
    return CellTask{0, shared(plan_here({.config = config}, host.facts)), 0, {1, 2, 3}};
  }
  void on(TaskEndEvent&& end) override { outbox.put(encode(end.report)); }
  void on(CellEndEvent&& end) override {
    outbox.put(encode(end.report));
    for (const std::uint32_t task : end.not_begun) {
      CellReport none;
      none.id = task;
      none.outcome = SetupFailed{"not begun"};
      outbox.put(encode(none));
    }
  }

  Outbox outbox;
  CellConfig config;
  Host host = open_host();
  bool asked = false;
};

// The reports in the order in which they came, of a cell for the tasks 0 to 3.
std::vector<CellReport> run_shared(const std::function<void(GuestSide&)>& body,
                                   CellConfig config = {}) {
  auto warden = fork_warden();
  if (warden->pid == 0) {
    auto* run = new SharedRun(std::move(warden->socket), std::move(config));
    if (auto guest = run_tasks(run->host, {}, *run, *run, run->outbox)) {
      body(guest->side);
      guest->side.finish();
    } else {
      run->host.builder.reset();
    }
    _exit(0);
  }
  std::vector<CellReport> reports;
  hear_warden(*warden, [&reports](const std::string& bytes) {
    if (auto report = decode_report(bytes)) reports.push_back(std::move(*report));
  });
  return reports;
}

void print(const std::string& text) {
  [[maybe_unused]] const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
}

std::vector<std::uint32_t> ids_of(const std::vector<CellReport>& reports) {
  std::vector<std::uint32_t> ids;
  for (const CellReport& report : reports) ids.push_back(report.id);
  return ids;
}

void do_all(GuestSide& side) {
  for (std::uint32_t task = 0; task < 4; ++task) {
    const auto phase = static_cast<std::uint8_t>(task);
    task > 0 ? side.begin_task(task, phase) : side.start_phase(phase);
    print(std::string(task + 1, static_cast<char>('a' + task)));
    side.send(1, "event " + std::to_string(task));
  }
}

TEST(SharedCell, HasAReportForEachOfItsTasks) {
  EXPECT_EQ(ids_of(run_shared(do_all)), (std::vector<std::uint32_t>{0, 1, 2, 3}));
}

TEST(SharedCell, SaysHowManyTasksItWasFor) {
  for (const CellReport& report : run_shared(do_all)) EXPECT_EQ(report.tasks, 4U);
}

TEST(SharedCell, GivesEachTaskItsOutput) {
  const auto reports = run_shared(do_all);
  ASSERT_EQ(reports.size(), 4U);
  EXPECT_EQ(reports[0].out.kept, "a");
  EXPECT_EQ(reports[1].out.kept, "bb");
  EXPECT_EQ(reports[2].out.kept, "ccc");
  EXPECT_EQ(reports[3].out.kept, "dddd");
}

TEST(SharedCell, GivesEachTaskItsEvents) {
  for (const CellReport& report : run_shared(do_all)) {
    ASSERT_EQ(report.events.size(), 1U);
    EXPECT_EQ(report.events[0].payload, "event " + std::to_string(report.id));
  }
}

TEST(SharedCell, GivesEachTaskItsPhases) {
  for (const CellReport& report : run_shared(do_all)) {
    ASSERT_EQ(report.phases.size(), 1U);
    EXPECT_EQ(report.phases[0].phase, report.id);
    EXPECT_EQ(report.phases[0].out_offset, 0U);
  }
}

TEST(SharedCell, CapsTheOutputOfEachTaskByItself) {
  const auto reports = run_shared(
      [](GuestSide& side) {
        print(std::string(5000, 'a'));
        side.begin_task(1, 0);
        print(std::string(900, 'b'));
      },
      CellConfig{.output = 1_KiB});
  ASSERT_GE(reports.size(), 2U);
  EXPECT_EQ(reports[0].out.kept.size(), 1024U);
  EXPECT_EQ(reports[0].out.dropped, 5000U - 1024U);
  EXPECT_EQ(reports[1].out.kept, std::string(900, 'b'));
  EXPECT_EQ(reports[1].out.dropped, 0U);
}

TEST(SharedCell, ReportsItsEndWithTheTaskThatTheGuestHadComeTo) {
  const auto reports = run_shared([](GuestSide& side) {
    side.begin_task(1, 0);
    _exit(3);
  });
  ASSERT_EQ(ids_of(reports), (std::vector<std::uint32_t>{0, 1, 2, 3}));
  EXPECT_TRUE(std::holds_alternative<Finished>(reports[0].outcome));
  EXPECT_TRUE(std::holds_alternative<Exited>(reports[1].outcome));
}

TEST(SharedCell, NamesTheTasksThatTheGuestDidNotComeTo) {
  const auto reports = run_shared([](GuestSide& side) { side.begin_task(2, 0); });
  ASSERT_EQ(ids_of(reports), (std::vector<std::uint32_t>{0, 2, 1, 3}));
  EXPECT_TRUE(std::holds_alternative<SetupFailed>(reports[2].outcome));
  EXPECT_TRUE(std::holds_alternative<SetupFailed>(reports[3].outcome));
}

TEST(SharedCell, BreaksTheProtocolOfAGuestThatGoesOnToATaskOfAnother) {
  const auto reports = run_shared([](GuestSide& side) { side.begin_task(4, 0); });
  ASSERT_FALSE(reports.empty());
  EXPECT_EQ(reports[0].id, 0U);
  const auto* broken = std::get_if<ProtocolBroken>(&reports[0].outcome);
  ASSERT_NE(broken, nullptr);
  EXPECT_EQ(broken->why, "it went on to task 4, which is not its own");
}

TEST(SharedCell, BreaksTheProtocolOfAGuestThatGoesBack) {
  const auto reports = run_shared([](GuestSide& side) {
    side.begin_task(1, 0);
    side.begin_task(0, 0);
  });
  ASSERT_GE(reports.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<ProtocolBroken>(reports[1].outcome));
}

TEST(SharedCell, KillsTheGuestForTheDeadlineOfItsPresentTask) {
  const auto reports = run_shared(
      [](GuestSide& side) {
        for (std::uint32_t task = 1; task < 4; ++task) {
          usleep(300'000);
          side.begin_task(task, 0);
        }
        pause();
      },
      CellConfig{.deadline = 600ms});
  ASSERT_EQ(reports.size(), 4U);
  for (int task = 0; task < 3; ++task)
    EXPECT_TRUE(std::holds_alternative<Finished>(reports[task].outcome)) << task;
  EXPECT_TRUE(std::holds_alternative<TimedOut>(reports[3].outcome));
}

TEST(SharedCell, MeasuresTheTimeOfEachTask) {
  const auto reports = run_shared([](GuestSide& side) {
    side.begin_task(1, 0);
    usleep(200'000);
    side.begin_task(2, 0);
  });
  ASSERT_GE(reports.size(), 2U);
  EXPECT_GE(reports[1].usage.wall, 150ms);
  EXPECT_LT(reports[0].usage.wall, 150ms);
}

TEST(SharedCell, ReportsTasksOfAGuestThatHasClosedItsDescriptors) {
  const auto reports = run_shared([](GuestSide& side) {
    for (int fd = 3; fd < 1024; ++fd) ::close(fd);
    do_all(side);
  });
  ASSERT_EQ(ids_of(reports), (std::vector<std::uint32_t>{0, 1, 2, 3}));
  EXPECT_EQ(reports[3].events.size(), 1U);
}

}  // namespace
}  // namespace cloister
