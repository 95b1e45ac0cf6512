// What stands in for one stretch of a guest's life.
#include "adapters/googletest/replay.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "selftests/adapters/googletest/made_up_record.h"

namespace cloister::googletest {
namespace {

using testing::TestPartResult;

class ReplayedPhase : public testing::Test {
 protected:
  Printed replayed(Phase phase) {
    const auto record = life.record();
    return printed_by([&] { replay.phase(*record, phase); });
  }

  TellingReporter reporter;
  const Replay replay{&reporter};
  MadeUp life;
};

TEST_F(ReplayedPhase, PrintsOutputBetweenTheAssertionsWhereItWas) {
  life.in(Phase::kBody).says("a").fails("1").says("b").fails("2").says("c");
  EXPECT_EQ(replayed(Phase::kBody).out, "a<1>b<2>c");
}

TEST_F(ReplayedPhase, KeepsThePlaceOfAnAssertionOnEachStream) {
  life.in(Phase::kBody).says("a").says_on_stderr("x").fails("1").says_on_stderr("y");
  const Printed printed = replayed(Phase::kBody);
  EXPECT_EQ(printed.out, "a<1>");
  EXPECT_EQ(printed.err, "x<1>y");
}

TEST_F(ReplayedPhase, LeavesOtherPhasesOut) {
  life.in(Phase::kSuiteSetUp).says("before").fails("1");
  life.in(Phase::kBody).says("a").fails("2");
  life.in(Phase::kSuiteTearDown).says("after").fails("3");
  EXPECT_EQ(replayed(Phase::kBody).out, "a<2>");
}

TEST_F(ReplayedPhase, IsNothingIfTheGuestDidNotReachIt) {
  life.in(Phase::kBody).says("a").fails("1");
  const Printed printed = replayed(Phase::kAfterEnd);
  EXPECT_EQ(printed.out, "");
  EXPECT_EQ(printed.err, "");
}

TEST_F(ReplayedPhase, PrintsNothingTwiceWhereThreadsAssertedOutOfOrder) {
  life.in(Phase::kBody).says("a").says("b").fails("late").fails("early").says("c");
  life.with().parts[1].out_offset = 1;
  EXPECT_EQ(replayed(Phase::kBody).out, "ab<late><early>c");
}

TEST_F(ReplayedPhase, PrintsNothingTwiceWhereAPartOfAThreadIsFromAnotherPhase) {
  life.in(Phase::kSuiteSetUp).says("before").in(Phase::kBody).says("a").fails("1");
  life.with().parts[0].out_offset = 2;
  EXPECT_EQ(replayed(Phase::kBody).out, "<1>a");
}

TEST_F(ReplayedPhase, HasAllAssertionsWhereOutputWasNotKept) {
  life.in(Phase::kBody).says("a").fails("1");
  life.with().parts[0].out_offset = 1000;
  EXPECT_EQ(replayed(Phase::kBody).out, "a<1>");
}

TEST_F(ReplayedPhase, ReissuesAnAssertionAsItWas) {
  life.in(Phase::kBody).asserts(TestPartResult::kFatalFailure, "gone", 17);
  replayed(Phase::kBody);
  ASSERT_EQ(reporter.told.size(), 1U);
  EXPECT_EQ(reporter.told[0].type(), TestPartResult::kFatalFailure);
  EXPECT_STREQ(reporter.told[0].file_name(), "guest.cc");
  EXPECT_EQ(reporter.told[0].line_number(), 17);
  EXPECT_STREQ(reporter.told[0].message(), "gone");
}

class ReplayWhereFailuresThrow : public ReplayedPhase {
 protected:
  bool throws() {
    const auto record = life.record();
    bool thrown = false;
    GTEST_FLAG_SET(throw_on_failure, true);
    printed = printed_by([&] {
      try {
        replay.phase(*record, Phase::kBody);
      } catch (const std::runtime_error&) {
        thrown = true;
      }
    });
    GTEST_FLAG_SET(throw_on_failure, false);
    return thrown;
  }
  Printed printed;
};

TEST_F(ReplayWhereFailuresThrow, ThrowsAtAFailureWhenThatIsReported) {
  life.in(Phase::kBody).fails("1").says("never");
  EXPECT_TRUE(throws());
  EXPECT_EQ(printed.out, "<1>");
}

TEST_F(ReplayWhereFailuresThrow, DoesNotThrowAtASkip) {
  life.in(Phase::kBody).skips("no network");
  EXPECT_FALSE(throws());
}

TEST(Replay, TellsGoogleTestsOwnReporterOfTheThread) {
  EXPECT_NONFATAL_FAILURE(
      Replay::to_googletest().reissue(TestPartResult::kNonFatalFailure, "guest.cc", 1, "gone"),
      "gone");
}

TEST(Replay, FailsATestWhereItIsDefined) {
  TellingReporter reporter;
  printed_by([&] { Replay(&reporter).fail(this_test(), "gone"); });
  ASSERT_EQ(reporter.told.size(), 1U);
  EXPECT_EQ(reporter.told[0].type(), TestPartResult::kFatalFailure);
  EXPECT_STREQ(reporter.told[0].file_name(), this_test().file());
  EXPECT_EQ(reporter.told[0].line_number(), this_test().line());
}

class ReplayOfAPassedOverTest : public ReplayedPhase {
 protected:
  ReplayOfAPassedOverTest() {
    life.in(Phase::kBody).says("start").fails("1").skips("").says("end").fails("2");
  }
  std::string before() {
    const auto record = life.record();
    return printed_by([&] { replay.before_skip(*record); }).out;
  }
  std::string after() {
    const auto record = life.record();
    return printed_by([&] { replay.after_skip(*record); }).out;
  }
};

TEST_F(ReplayOfAPassedOverTest, HasBeforeItWhatListenersDidAtItsStart) {
  EXPECT_EQ(before(), "start<1>");
}

TEST_F(ReplayOfAPassedOverTest, HasAfterItWhatListenersDidAtItsEnd) {
  EXPECT_EQ(after(), "end<2>");
}

TEST_F(ReplayOfAPassedOverTest, TakesNoSkipWithAMessageForGoogleTests) {
  life = MadeUp();
  life.in(Phase::kBody).skips("a listener's").says("start").skips("").says("end");
  EXPECT_EQ(before(), "<a listener's>start");
  EXPECT_EQ(after(), "end");
}

TEST_F(ReplayOfAPassedOverTest, HasAllBeforeItWhereNothingWasSkipped) {
  life = MadeUp();
  life.in(Phase::kBody).says("all");
  EXPECT_EQ(before(), "all");
  EXPECT_EQ(after(), "");
}

TEST_F(ReplayOfAPassedOverTest, HasItsPropertiesAfterIt) {
  life.has(Owner::kTest, "key");
  before();
  EXPECT_EQ(property_of_this_test("key"), "");
  after();
  EXPECT_EQ(property_of_this_test("key"), "value");
}

TEST(OwnWords, ArePrintedForAGuestThatCameToNothingElse) {
  TellingReporter reporter;
  const auto record =
      MadeUp().in(Phase::kEnvironmentSetUp).says("a").in(Phase::kOwnWords).says("b").record();
  EXPECT_EQ(printed_by([&] { Replay(&reporter).own_words(*record); }).out, "b");
}

TEST(OwnWords, AreTheKeepersOwnForAGuestThatWentOn) {
  TellingReporter reporter;
  const auto record = MadeUp().in(Phase::kOwnWords).says("b").in(Phase::kBody).record();
  EXPECT_EQ(printed_by([&] { Replay(&reporter).own_words(*record); }).out, "");
}

TEST(Properties, AreRecordedForTheirScopeAlone) {
  record_properties(*MadeUp().has(Owner::kTest, "of_test").has(Owner::kSuite, "of_suite").record(),
                    Owner::kTest);
  EXPECT_EQ(property_of_this_test("of_test"), "value");
  EXPECT_EQ(property_of_this_test("of_suite"), "");
}

TEST(ProgramEnd, OfATestThatFailsThereIsItsOwn) {
  EXPECT_TRUE(fails_at_program_end(*MadeUp().in(Phase::kProgramEnd).fails("1").record()));
  EXPECT_FALSE(fails_at_program_end(*MadeUp().in(Phase::kBody).fails("1").record()));
}

TEST(ProgramEnd, IsNoTestsOwnWhereAnExceptionEndsTheRun) {
  MadeUp life;
  life.in(Phase::kProgramEnd).fails("1").with().gave_up = true;
  EXPECT_FALSE(fails_at_program_end(*life.record()));
}

}  // namespace
}  // namespace cloister::googletest
