// Every event in every state: what comes of it, or that it cannot be. No cell is made.
#include "framework/watch/cell_life.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <functional>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

namespace cloister {
namespace {

using namespace std::chrono_literals;

constexpr CellLife::Time kBegun{1000s};
constexpr CellLife::Time kStarted{1001s};
constexpr CellLife::Time kKilled{1011s};
constexpr CellLife::Time kEnded{1012s};
constexpr pid_t kGuestPid = 42;
constexpr pid_t kInitPid = 41;
constexpr CellLife::Bounds kBounds{.deadline = 10s, .notice_after = 5s, .patience = {60s, 10s}};

constexpr const char* kStates[] = {"building", "standing", "running",    "still",
                                   "killed",   "ending",   "given back", "done"};

std::string state_of(const CellLife& life) { return kStates[life.state().index()]; }

CellLife life_in(const std::string& state) {
  CellLife life(kBounds, kBegun);
  if (state == "building") return life;
  life.stand();
  if (state == "given back") life.give_back();
  if (state == "done") life.finish();
  if (state == "standing" || state == "given back" || state == "done") return life;
  life.start(kGuestPid, kStarted);
  if (state == "still") life.stand_still();
  if (state == "killed") life.kill(KilledFor::kDeadline, kKilled);
  if (state == "ending") life.reap(0, {}, kEnded);
  return life;
}

struct LifeEvent {
  const char* name;
  std::function<bool(CellLife&)> happens;
  // From each state that knows it to the next.
  std::vector<std::pair<std::string, std::string>> to;
};

const std::vector<LifeEvent>& events() {
  static const std::vector<LifeEvent> all = {
      {"Stand", [](CellLife& life) { return life.stand(); }, {{"building", "standing"}}},
      {"Start",
       [](CellLife& life) { return life.start(kGuestPid, kStarted); },
       {{"standing", "running"}}},
      {"NextTask",
       [](CellLife& life) { return life.next_task(kKilled); },
       {{"running", "running"}}},
      {"StandStill", [](CellLife& life) { return life.stand_still(); }, {{"running", "still"}}},
      {"GoOn", [](CellLife& life) { return life.go_on(kKilled); }, {{"still", "running"}}},
      {"Notice", [](CellLife& life) { return life.notice(kKilled); }, {{"running", "running"}}},
      {"Kill",
       [](CellLife& life) { return life.kill(KilledFor::kCpuTime, kKilled); },
       {{"running", "killed"}, {"still", "killed"}}},
      {"Reap",
       [](CellLife& life) { return life.reap(0, {}, kEnded); },
       {{"running", "ending"}, {"still", "ending"}, {"killed", "ending"}}},
      {"GiveBack", [](CellLife& life) { return life.give_back(); }, {{"standing", "given back"}}},
      {"GiveUp",
       [](CellLife& life) { return life.give_up(kInitPid, kEnded); },
       {{"killed", "done"}, {"ending", "done"}}},
      {"Finish",
       [](CellLife& life) { return life.finish(); },
       {{"building", "done"}, {"standing", "done"}, {"given back", "done"}, {"ending", "done"}}}};
  return all;
}

class CellLifeTable : public testing::TestWithParam<std::tuple<LifeEvent, const char*>> {};

void PrintTo(const LifeEvent& event, std::ostream* out) { *out << event.name; }

TEST_P(CellLifeTable, KnowsWhatComesNext) {
  const auto& [event, state] = GetParam();
  CellLife life = life_in(state);
  ASSERT_EQ(state_of(life), state);
  const bool happened = event.happens(life);
  for (const auto& [from, to] : event.to) {
    if (from != state) continue;
    EXPECT_TRUE(happened);
    EXPECT_EQ(state_of(life), to);
    return;
  }
  EXPECT_FALSE(happened) << "it cannot be in this state";
  EXPECT_EQ(state_of(life), state);
}

std::string name_of(const testing::TestParamInfo<CellLifeTable::ParamType>& info) {
  std::string name = std::string(std::get<0>(info.param).name) + "_" + std::get<1>(info.param);
  for (char& c : name) {
    if (c == ' ') c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Every, CellLifeTable,
                         testing::Combine(testing::ValuesIn(events()), testing::ValuesIn(kStates)),
                         name_of);

TEST(CellLife, HasAGuestWhileItRunsAndUntilItIsDead) {
  for (const char* state : kStates) {
    const bool there = std::string(state) == "running" || std::string(state) == "still" ||
                       std::string(state) == "killed";
    EXPECT_EQ(life_in(state).guest(), there ? std::optional(kGuestPid) : std::nullopt) << state;
  }
}

TEST(CellLife, LearnsOnceWhichGuestATemplateHasForked) {
  CellLife life(kBounds, kBegun);
  life.stand();
  life.start(0, kStarted);
  EXPECT_TRUE(life.name_guest(kGuestPid));
  EXPECT_EQ(life.guest(), kGuestPid);
  EXPECT_FALSE(life.name_guest(kInitPid));
}

TEST(CellLife, IsNeverDueWhileATemplateStandsStill) {
  const CellLife life = life_in("still");
  EXPECT_EQ(life.next_due(), CellLife::Time::max());
  EXPECT_FALSE(life.is_past_deadline(kEnded + 1000h));
}

TEST(CellLife, OfATemplateThatGoesOnBeginsAnewWithItsTimes) {
  CellLife life = life_in("still");
  life.go_on(kKilled);
  EXPECT_FALSE(life.is_past_deadline(kKilled + 10s - 1ns));
  EXPECT_TRUE(life.is_past_deadline(kKilled + 10s));
}

TEST(CellLife, NoticesOnce) {
  CellLife life = life_in("running");
  EXPECT_TRUE(life.notice(kStarted + 5s));
  EXPECT_FALSE(life.notice(kStarted + 6s));
}

TEST(CellLife, NoticesNotBeforeItsTime) {
  CellLife life = life_in("running");
  EXPECT_FALSE(life.notice(kStarted + 5s - 1ns));
}

TEST(CellLife, WithoutANoticeTimeNeverNotices) {
  CellLife life({}, kBegun);
  life.stand();
  life.start(kGuestPid, kStarted);
  EXPECT_FALSE(life.notice(kStarted + 10000h));
}

TEST(CellLife, IsDueAtItsNoticeThenAtItsDeadline) {
  CellLife life = life_in("running");
  EXPECT_EQ(life.next_due(), kStarted + 5s);
  life.notice(kStarted + 5s);
  EXPECT_EQ(life.next_due(), kStarted + 10s);
}

TEST(CellLife, WithoutBoundsIsNeverDueWhileItRuns) {
  CellLife life({}, kBegun);
  life.stand();
  life.start(kGuestPid, kStarted);
  EXPECT_EQ(life.next_due(), CellLife::Time::max());
}

TEST(CellLife, IsPastItsDeadlineFromThatMomentOn) {
  const CellLife life = life_in("running");
  EXPECT_FALSE(life.is_past_deadline(kStarted + 10s - 1ns));
  EXPECT_TRUE(life.is_past_deadline(kStarted + 10s));
}

TEST(CellLife, HasNoDeadlineOnceItIsKilled) {
  EXPECT_FALSE(life_in("killed").is_past_deadline(kStarted + 10000h));
}

TEST(CellLife, IsOverdueWhenItShouldStandHaveDiedOrBeGone) {
  EXPECT_FALSE(life_in("building").is_overdue(kBegun + 60s - 1ns));
  EXPECT_TRUE(life_in("building").is_overdue(kBegun + 60s));
  EXPECT_FALSE(life_in("killed").is_overdue(kKilled + 10s - 1ns));
  EXPECT_TRUE(life_in("killed").is_overdue(kKilled + 10s));
  EXPECT_FALSE(life_in("ending").is_overdue(kEnded + 10s - 1ns));
  EXPECT_TRUE(life_in("ending").is_overdue(kEnded + 10s));
}

TEST(CellLife, IsNeverOverdueWhereNobodyIsWaitedFor) {
  for (const char* state : {"standing", "running", "given back", "done"})
    EXPECT_FALSE(life_in(state).is_overdue(kEnded + 10000h)) << state;
}

TEST(CellLife, KeepsWhatItWasKilledForUntilTheReport) {
  CellLife life = life_in("killed");
  life.reap(SIGKILL, {}, kEnded);
  life.finish();
  const GuestEnd& guest = *life.as<CellLife::Done>()->guest;
  EXPECT_EQ(guest.killed_for, KilledFor::kDeadline);
  EXPECT_EQ(guest.wait_status, SIGKILL);
  EXPECT_EQ(guest.ended - guest.started, kEnded - kStarted);
}

TEST(CellLife, TheFirstReasonToKillStays) {
  CellLife life = life_in("killed");
  EXPECT_FALSE(life.kill(KilledFor::kEndOfRun, kEnded));
  EXPECT_EQ(life.as<CellLife::Killed>()->reason, KilledFor::kDeadline);
}

TEST(CellLife, AGuestThatDoesNotDieIsTheOneThatIsNamed) {
  CellLife life = life_in("killed");
  life.give_up(kInitPid, kEnded);
  const GuestEnd& guest = *life.as<CellLife::Done>()->guest;
  EXPECT_EQ(guest.undying, kGuestPid);
  EXPECT_EQ(guest.wait_status, SIGKILL) << "it never came to its end, whatever it had said";
}

TEST(CellLife, ACellThatDoesNotEndNamesItsInit) {
  CellLife life = life_in("ending");
  life.give_up(kInitPid, kEnded + 10s);
  const GuestEnd& guest = *life.as<CellLife::Done>()->guest;
  EXPECT_EQ(guest.undying, kInitPid);
  EXPECT_EQ(guest.wait_status, 0) << "its guest had ended well";
}

TEST(CellLife, WithoutAGuestHasNothingToReportOfOne) {
  CellLife life = life_in("building");
  life.finish();
  EXPECT_FALSE(life.as<CellLife::Done>()->guest);
}

}  // namespace
}  // namespace cloister
