// The engine as adapters elsewhere use it.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <variant>
#include <vector>

#include <cloister/engine.h>

namespace cloister {
namespace {

using namespace std::chrono_literals;

struct EngineRun {
  std::string trouble;
  std::vector<RunNews> news;

  const CellReport* report_of(std::size_t task) const {
    for (const RunNews& each : news) {
      const auto* end = std::get_if<TaskEnd>(&each);
      if (end != nullptr && end->report.id == task) return &end->report;
    }
    return nullptr;
  }
  template <typename News>
  std::size_t count() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        news, [](const RunNews& each) { return std::holds_alternative<News>(each); }));
  }
};

EngineRun run_engine(const std::vector<Task>& tasks, const std::vector<std::string>& flags = {}) {
  EngineRun told;
  told.trouble =
      run_in_cells(tasks, flags, [&told](const RunNews& news) { told.news.push_back(news); });
  return told;
}

TEST(Engine, TellsOfEachTaskItsStartAndItsEnd) {
  const Task task{"empty", {}, [](TaskLink&) {}};
  const EngineRun told = run_engine({task, task, task});
  EXPECT_EQ(told.trouble, "");
  EXPECT_EQ(told.count<TaskStart>(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_NE(told.report_of(i), nullptr);
    EXPECT_TRUE(std::holds_alternative<Finished>(told.report_of(i)->outcome));
  }
}

TEST(Engine, BringsMessagesInTheirOrder) {
  const EngineRun told = run_engine({{"talker", {}, [](TaskLink& link) {
                                        link.send(1, "first");
                                        link.send(2, std::string(100'000, 'x'));
                                      }}});
  const auto& events = told.report_of(0)->events;
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].kind, 1);
  EXPECT_EQ(events[0].payload, "first");
  EXPECT_EQ(events[1].payload.size(), 100'000U);
}

TEST(Engine, TakesNoMessageOfItsOwnKinds) {
  const EngineRun told = run_engine({{"forger", {}, [](TaskLink& link) {
                                        if (link.send(0xFFFF, "")) _exit(1);
                                      }}});
  EXPECT_TRUE(std::holds_alternative<Finished>(told.report_of(0)->outcome));
}

TEST(Engine, TakesNoMessageOfWhatATaskForks) {
  const EngineRun told = run_engine({{"forker", {}, [](TaskLink& link) {
                                        const pid_t child = fork();
                                        if (child == 0) _exit(link.send(1, "mine") ? 1 : 0);
                                        int status = 1;
                                        waitpid(child, &status, 0);
                                        if (status != 0) _exit(1);
                                      }}});
  EXPECT_TRUE(std::holds_alternative<Finished>(told.report_of(0)->outcome));
  EXPECT_TRUE(told.report_of(0)->events.empty());
}

TEST(Engine, BringsWhatIsBufferedForStdio) {
  const EngineRun told = run_engine({{"printer", {}, [](TaskLink&) { fputs("hello", stdout); }}});
  EXPECT_EQ(told.report_of(0)->out.kept, "hello");
}

TEST(Engine, PrintsWhatWasBufferedBeforeOnce) {
  fputs("before ", stdout);
  const EngineRun told = run_engine({{"printer", {}, [](TaskLink&) { fputs("hello", stdout); }}});
  EXPECT_EQ(told.report_of(0)->out.kept, "hello");
}

TEST(Engine, ACodedSettingIsAboveAFlag) {
  const Task slow{"slow", CellConfig{}.with_deadline(100ms), [](TaskLink&) { pause(); }};
  const EngineRun told = run_engine({slow}, {"--cloister_deadline=1h"});
  EXPECT_TRUE(std::holds_alternative<TimedOut>(told.report_of(0)->outcome));
}

TEST(Engine, AFlagHoldsForTasksThatSayNothing) {
  const EngineRun told =
      run_engine({{"slow", {}, [](TaskLink&) { pause(); }}}, {"--cloister_deadline=100ms"});
  EXPECT_TRUE(std::holds_alternative<TimedOut>(told.report_of(0)->outcome));
}

TEST(Engine, TellsOfASlowTaskWhileItRuns) {
  const EngineRun told = run_engine({{"slow", {}, [](TaskLink&) { usleep(300'000); }}},
                                    {"--cloister_notice_after=100ms"});
  EXPECT_EQ(told.count<TaskIsSlow>(), 1U);
}

TEST(Engine, AWrongFlagIsASentence) {
  const EngineRun told = run_engine({{"empty", {}, [](TaskLink&) {}}}, {"--cloister_memory=much"});
  EXPECT_NE(told.trouble.find("--cloister_memory has the value 'much'"), std::string::npos)
      << told.trouble;
  EXPECT_TRUE(told.news.empty());
}

TEST(Engine, OffRunsNothing) {
  const EngineRun told = run_engine({{"empty", {}, [](TaskLink&) {}}}, {"--cloister=off"});
  EXPECT_NE(told.trouble, "");
  EXPECT_TRUE(told.news.empty());
}

TEST(Engine, AnExceptionEndsItsTaskAlone) {
  const EngineRun told =
      run_engine({{"thrower", {}, [](TaskLink&) { throw 1; }}, {"empty", {}, [](TaskLink&) {}}});
  EXPECT_EQ(std::get<Signaled>(told.report_of(0)->outcome).signal, SIGABRT);
  EXPECT_TRUE(std::holds_alternative<Finished>(told.report_of(1)->outcome));
}

// Of this process, as the kernel lists them: proc(5), children.
pid_t first_child() {
  pid_t child = 0;
  std::ifstream(fmt::format("/proc/self/task/{}/children", getpid())) >> child;
  return child;
}

TEST(Engine, AWardenThatIsKilledIsASentence) {
  const std::vector<Task> tasks = {{"slow", {}, [](TaskLink&) { pause(); }}};
  const std::string trouble = run_in_cells(tasks, {}, [](const RunNews& news) {
    if (std::holds_alternative<TaskStart>(news)) kill(first_child(), SIGKILL);
  });
  EXPECT_EQ(trouble,
            "cloister: the warden was killed by signal 9 before 1 of 1 tasks had ended; start the "
            "run again");
}

TEST(Engine, AnExceptionOfTheListenerEndsTheRun) {
  const std::vector<Task> tasks = {{"slow", {}, [](TaskLink&) { pause(); }}};
  const auto throwing = [](const RunNews& news) {
    if (std::holds_alternative<TaskStart>(news)) throw 1;
  };
  EXPECT_THROW(run_in_cells(tasks, {}, throwing), int);
  EXPECT_EQ(wait(nullptr), -1) << "no child is left";
}

TEST(Engine, RunsAgainInTheSameProcess) {
  const Task task{"empty", {}, [](TaskLink&) {}};
  EXPECT_EQ(run_engine({task}).trouble, "");
  EXPECT_EQ(run_engine({task}).trouble, "");
}

TEST(Engine, NothingToRunIsNoTrouble) { EXPECT_EQ(run_engine({}).trouble, ""); }

}  // namespace
}  // namespace cloister
