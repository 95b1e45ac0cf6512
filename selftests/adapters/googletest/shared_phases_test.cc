// What every cell goes through is shown once, and whose it is that is shown.
#include "adapters/googletest/shared_phases.h"

#include <gtest/gtest.h>

#include "selftests/adapters/googletest/made_up_record.h"

namespace cloister::googletest {
namespace {

class SharedPhase : public testing::Test {
 protected:
  template <typename Show>
  std::string shown(Show show) {
    return printed_by([&] { show(phases); }).out;
  }
  std::string suite_tear_down() {
    return shown([](SharedPhases& all) { all.show_suite_tear_down(nullptr); });
  }
  static RecordPtr says_in(Phase phase, const std::string& text) {
    return MadeUp().in(phase).says(text).record();
  }
  static RecordPtr gives_up_in(Phase phase) {
    MadeUp life;
    life.in(phase).fails("thrown").with().gave_up = true;
    return life.record();
  }

  TellingReporter reporter;
  const Replay replay{&reporter};
  SharedPhases phases{replay};
};

using SharedSetUp = SharedPhase;

TEST_F(SharedSetUp, IsThatOfTheFirstTest) {
  EXPECT_FALSE(phases.choose_for_suite(says_in(Phase::kSuiteSetUp, "first")));
  EXPECT_TRUE(phases.choose_for_suite(says_in(Phase::kSuiteSetUp, "second")));
  EXPECT_EQ(shown([](SharedPhases& all) { all.show_suite_set_up(); }), "first");
}

TEST_F(SharedSetUp, IsNothingWhereNoneIsChosen) {
  EXPECT_EQ(shown([](SharedPhases& all) { all.show_suite_set_up(); }), "");
}

TEST_F(SharedSetUp, OfASuiteIsNotThatOfTheNext) {
  phases.choose_for_suite(says_in(Phase::kSuiteSetUp, "first"));
  phases.begin_suite();
  EXPECT_EQ(phases.shown().suite, nullptr);
}

TEST_F(SharedSetUp, OfListenersMakesItsTestThatOfTheSuite) {
  const RecordPtr record = says_in(Phase::kSuiteStart, "listener");
  EXPECT_EQ(shown([&](SharedPhases& all) { all.show_suite_start(record); }), "listener");
  EXPECT_EQ(phases.shown().suite, record);
}

using SharedTearDown = SharedPhase;

TEST_F(SharedTearDown, IsThatOfTheFirstThatSaysSomething) {
  phases.take(says_in(Phase::kBody, "a"));
  phases.take(says_in(Phase::kSuiteTearDown, "first"));
  phases.take(says_in(Phase::kSuiteTearDown, "second"));
  EXPECT_EQ(suite_tear_down(), "first");
}

TEST_F(SharedTearDown, HasTheFailuresOfOthersOnce) {
  phases.take(says_in(Phase::kSuiteTearDown, "first"));
  for (int i = 0; i < 3; ++i)
    phases.take(MadeUp().in(Phase::kSuiteTearDown).fails("port is busy").record());
  EXPECT_EQ(suite_tear_down(), "first<port is busy>");
}

TEST_F(SharedTearDown, DoesNotRepeatAFailureThatIsShown) {
  phases.take(MadeUp().in(Phase::kSuiteTearDown).fails("port 1 is busy", 17).record());
  phases.take(MadeUp().in(Phase::kSuiteTearDown).fails("port 2 is busy", 17).record());
  phases.take(MadeUp().in(Phase::kSuiteTearDown).fails("port 3 is busy", 18).record());
  EXPECT_EQ(suite_tear_down(), "<port 1 is busy><port 3 is busy>");
}

TEST_F(SharedTearDown, HasNothingOfATestThatEndedBadly) {
  phases.take(MadeUp().in(Phase::kSuiteTearDown).says("last words").ends(Exited{3}).record());
  EXPECT_EQ(suite_tear_down(), "");
}

TEST_F(SharedTearDown, IsThatOfTheSetUpWhereThatHasLeftTheTestsOut) {
  phases.choose_for_suite(
      MadeUp().in(Phase::kSuiteSetUp).fails("1").in(Phase::kSuiteTearDown).says("down").record());
  EXPECT_EQ(suite_tear_down(), "down");
}

TEST_F(SharedTearDown, IsShownOnce) {
  phases.take(says_in(Phase::kSuiteTearDown, "down"));
  EXPECT_EQ(suite_tear_down(), "down");
  EXPECT_EQ(suite_tear_down(), "");
}

TEST_F(SharedTearDown, HasThePropertiesOfTheSuite) {
  phases.take(MadeUp().in(Phase::kSuiteTearDown).has(Owner::kSuite, "key").record());
  suite_tear_down();
  EXPECT_EQ(property_of_this_test("key"), "value");
}

using SharedEnvironments = SharedPhase;

TEST_F(SharedEnvironments, AreKnownInLaterIterations) {
  const RecordPtr record = says_in(Phase::kEnvironmentSetUp, "up");
  EXPECT_EQ(shown([&](SharedPhases& all) { all.show_environment_set_up(record); }), "up");
  phases.begin_iteration(false);
  EXPECT_EQ(phases.shown().environments, record);
}

TEST_F(SharedEnvironments, AreForgottenWhereEachIterationHasItsOwn) {
  const RecordPtr record = says_in(Phase::kEnvironmentSetUp, "up");
  shown([&](SharedPhases& all) { all.show_environment_set_up(record); });
  phases.begin_iteration(true);
  EXPECT_EQ(phases.shown().environments, nullptr);
}

TEST_F(SharedEnvironments, AreTornDownAsInTheFirstCellThatSaysSomething) {
  phases.take(says_in(Phase::kEnvironmentTearDown, "first"));
  phases.take(says_in(Phase::kEnvironmentTearDown, "second"));
  EXPECT_EQ(shown([](SharedPhases& all) { all.show_environment_tear_down(); }), "first");
}

TEST_F(SharedEnvironments, OfAnIterationAreNotTornDownInTheNext) {
  phases.take(says_in(Phase::kEnvironmentTearDown, "first"));
  phases.begin_iteration(false);
  EXPECT_EQ(shown([](SharedPhases& all) { all.show_environment_tear_down(); }), "");
}

using SharedProgram = SharedPhase;

TEST_F(SharedProgram, StartsWithTheFirstIterationOnly) {
  const RecordPtr record = MadeUp()
                               .in(Phase::kProgramStart)
                               .says("program ")
                               .in(Phase::kIterationStart)
                               .says("it")
                               .record();
  EXPECT_EQ(shown([&](SharedPhases& all) { all.show_start(record, true); }), "program it");
  EXPECT_EQ(shown([&](SharedPhases& all) { all.show_start(record, false); }), "it");
}

TEST_F(SharedProgram, EndsAsInTheFirstCellThatDidNotFailThere) {
  phases.take(MadeUp().in(Phase::kProgramEnd).says("failing").fails("1").record());
  phases.take(says_in(Phase::kProgramEnd, "well"));
  EXPECT_EQ(shown([](SharedPhases& all) { all.show_program_end(); }), "well");
}

TEST_F(SharedProgram, HasThePropertiesOfTheProgramWhenTheIterationEnds) {
  phases.take(MadeUp().in(Phase::kIterationEnd).has(Owner::kProgram, "key").record());
  shown([](SharedPhases& all) { all.show_iteration_end(); });
  EXPECT_EQ(property_of_this_test("key"), "value");
}

using LoopThatAGuestLeft = SharedPhase;

TEST_F(LoopThatAGuestLeft, IsLeftHereAfterWhatTheGuestDid) {
  const RecordPtr record = gives_up_in(Phase::kEnvironmentSetUp);
  EXPECT_EQ(shown([&](SharedPhases& all) {
              EXPECT_THROW(all.show_environment_set_up(record), testing::AssertionException);
            }),
            "<thrown>");
}

TEST_F(LoopThatAGuestLeft, IsLeftHereFromThenOn) {
  phases.note_if_it_gave_up(*gives_up_in(Phase::kBody), Phase::kBody);
  EXPECT_THROW(phases.leave_loop_if_guest_did(), testing::AssertionException);
  EXPECT_THROW(phases.show_program_end(), testing::AssertionException);
}

TEST_F(LoopThatAGuestLeft, IsNotLeftHereForAnotherPhase) {
  phases.note_if_it_gave_up(*gives_up_in(Phase::kProgramEnd), Phase::kBody);
  EXPECT_NO_THROW(phases.leave_loop_if_guest_did());
}

}  // namespace
}  // namespace cloister::googletest
