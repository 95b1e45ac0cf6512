// What a test in the keeper becomes of its guest's record.
#include "adapters/googletest/replay_of_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cloister/expect_end.h>

#include "selftests/adapters/googletest/made_up_record.h"

namespace cloister::googletest {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing::TestPartResult;

class ReplayedTestOf : public testing::Test {
 protected:
  ReplayedTestOf() { registry.enumerate(); }

  // A record that the report shows for all tests.
  static RecordPtr shown_of(const MadeUp& life) { return life.record(); }
  std::string events(const RecordPtr& record, bool set_up_is_shown = true) {
    return printed_by(
               [&] { ReplayOfTest(replay, shown, *record, this_test()).events(set_up_is_shown); })
        .out;
  }
  Printed end(const RecordPtr& record) {
    return printed_by([&] { ReplayOfTest(replay, shown, *record, this_test()).end(registry); });
  }
  // The one message that is re-issued by end().
  std::string failure(const RecordPtr& record) {
    end(record);
    EXPECT_EQ(reporter.told.size(), 1U);
    if (reporter.told.empty()) return "";
    EXPECT_EQ(reporter.told[0].type(), TestPartResult::kFatalFailure);
    return reporter.told[0].message();
  }

  Registry registry;
  TellingReporter reporter;
  const Replay replay{&reporter};
  ShownRecords shown;
  MadeUp life;
};

class WellEndedTest : public ReplayedTestOf {};

TEST_F(WellEndedTest, HasWhatItsBodyDidAndWhatThreadsDidAfterIt) {
  life.in(Phase::kBody).says("a").fails("1").in(Phase::kAfterEnd).says("b");
  EXPECT_EQ(events(life.record()), "a<1>b");
}

TEST_F(WellEndedTest, LeavesToOthersWhatIsAroundIt) {
  life.in(Phase::kEnvironmentSetUp).says("x").in(Phase::kBody).says("a");
  life.in(Phase::kSuiteTearDown).says("y").fails("1").in(Phase::kEnvironmentTearDown).says("z");
  EXPECT_EQ(events(life.record()), "a");
}

TEST_F(WellEndedTest, HasTheSetUpOfItsSuiteWhereNoneIsShown) {
  life.in(Phase::kSuiteSetUp).says("set up ").in(Phase::kBody).says("a");
  EXPECT_EQ(events(life.record(), false), "set up a");
}

TEST_F(WellEndedTest, HasNoSetUpWhereOneIsShown) {
  life.in(Phase::kSuiteSetUp).says("set up ").in(Phase::kBody).says("a");
  EXPECT_EQ(events(life.record(), true), "a");
}

TEST_F(WellEndedTest, FailsByASetUpThatFailedInItsOwnCellOnly) {
  shown.suite = MadeUp().in(Phase::kSuiteSetUp).in(Phase::kBody).record();
  life.in(Phase::kSuiteSetUp).fails("no port", 17).in(Phase::kBody).says("a");
  EXPECT_EQ(events(life.record()),
            "<cloister: in SetUpTestSuite of this test's own cell:\nno port>a");
  ASSERT_EQ(reporter.told.size(), 1U);
  EXPECT_EQ(reporter.told[0].type(), TestPartResult::kFatalFailure);
  EXPECT_EQ(reporter.told[0].line_number(), 17);
}

TEST_F(WellEndedTest, DoesNotFailByASetUpWhoseFailureIsShownForAll) {
  shown.suite = MadeUp().in(Phase::kSuiteSetUp).fails("no port 1", 17).record();
  life.in(Phase::kSuiteSetUp).fails("no port 2", 17).in(Phase::kBody).says("a");
  EXPECT_EQ(events(life.record()), "a");
}

TEST_F(WellEndedTest, FailsByAnEnvironmentThatFailedInItsOwnCellOnly) {
  shown.environments = MadeUp().in(Phase::kEnvironmentSetUp).record();
  life.in(Phase::kEnvironmentSetUp).fails("no port").in(Phase::kBody);
  EXPECT_EQ(events(life.record()),
            "<cloister: in the set-up of a global environment of this test's own cell:\nno port>");
}

TEST_F(WellEndedTest, DoesNotFailByASkippedSetUp) {
  life.in(Phase::kSuiteSetUp).skips("no network").in(Phase::kBody).says("a");
  EXPECT_EQ(events(life.record()), "a");
}

TEST_F(WellEndedTest, HasItsOwnFailureAtTheEndOfTheProgram) {
  life.in(Phase::kBody).says("a").in(Phase::kProgramEnd).says("b").fails("1");
  EXPECT_EQ(events(life.record()), "ab<1>");
}

TEST_F(WellEndedTest, LeavesAnEndOfTheProgramWithoutFailureToAll) {
  life.in(Phase::kBody).says("a").in(Phase::kProgramEnd).says("b");
  EXPECT_EQ(events(life.record()), "a");
}

TEST_F(WellEndedTest, IsSkippedAsItsCellsEnvironmentsWereIfItDidNotRun) {
  life.in(Phase::kEnvironmentSetUp).skips("no network").with().ran = false;
  EXPECT_EQ(events(life.record()), "<no network>");
  ASSERT_EQ(reporter.told.size(), 1U);
  EXPECT_TRUE(reporter.told[0].skipped());
}

TEST_F(WellEndedTest, FailsIfItDidNotRunForNoReason) {
  life.in(Phase::kBody).with().ran = false;
  EXPECT_THAT(events(life.record()), HasSubstr(" ended well, but GoogleTest did not run it in its"
                                               " cell\n  advice: look for code before the run"));
}

TEST_F(WellEndedTest, HasNothingToSayOfItsEnd) {
  const Printed printed = end(life.in(Phase::kBody).says("a").record());
  EXPECT_EQ(printed.out, "");
  EXPECT_EQ(printed.err, "");
}

class BadlyEndedTest : public ReplayedTestOf {
 protected:
  BadlyEndedTest() { life.ends(Signaled{SIGSEGV}); }
  const std::string name = full_name(this_test());
};

TEST_F(BadlyEndedTest, HasEverythingThatIsKnown) {
  for (const Phase phase :
       {Phase::kProgramStart, Phase::kIterationStart, Phase::kEnvironmentSetUp, Phase::kSuiteStart,
        Phase::kSuiteSetUp, Phase::kBody, Phase::kSuiteTearDown, Phase::kEnvironmentTearDown,
        Phase::kIterationEnd, Phase::kProgramEnd, Phase::kAfterEnd})
    life.in(phase).says(std::to_string(static_cast<int>(phase)) + " ");
  EXPECT_EQ(events(life.record()), "0 1 2 3 4 5 6 7 8 9 10 ");
}

TEST_F(BadlyEndedTest, HasNoStretchOfItsOwnTwice) {
  life.in(Phase::kIterationStart).says("x").in(Phase::kEnvironmentSetUp).says("y");
  life.in(Phase::kSuiteSetUp).says("z").in(Phase::kBody).says("a");
  const RecordPtr record = life.record();
  shown.iteration_start = shown.environments = shown.suite = record;
  EXPECT_EQ(events(record), "a");
}

TEST_F(BadlyEndedTest, HasItsOwnSetUpWhereAnotherCellsIsShown) {
  shown.suite = MadeUp().in(Phase::kSuiteSetUp).says("set up ").record();
  life.in(Phase::kSuiteSetUp).says("set up ").in(Phase::kBody).says("a");
  EXPECT_EQ(events(life.record()), "set up a");
}

TEST_F(BadlyEndedTest, HasWhatTheProgramSaidBeforeItCameToAnything) {
  life.in(Phase::kOwnWords).says("main() was here");
  EXPECT_EQ(events(life.record()), "main() was here");
}

TEST_F(BadlyEndedTest, FailsWhereItIsDefined) {
  EXPECT_THAT(failure(life.in(Phase::kBody).record()),
              StartsWith("cloister: " + name + " was killed by SIGSEGV"));
  EXPECT_EQ(reporter.told[0].line_number(), this_test().line());
}

TEST_F(BadlyEndedTest, DoesNotFailByWhatItLeft) {
  life.in(Phase::kBody).with().cell.leaks = Leaks::kFail;
  life.with().cell.left = {{LeftKind::kTcpPort, "", 1, {"127.0.0.1:80"}}};
  EXPECT_THAT(failure(life.record()), HasSubstr("SIGSEGV"));
}

class ExpectedEndOfATest : public BadlyEndedTest {
 protected:
  void expect(const ExpectedEnd& end) { life.with().expectation = Expectation{end, "it.cc", 7}; }
};

TEST_F(ExpectedEndOfATest, PassesWhereItIsMet) {
  expect(ends::Signaled{SIGSEGV});
  EXPECT_EQ(end(life.in(Phase::kBody).record()).out, "");
}

TEST_F(ExpectedEndOfATest, FailsWhereItWasExpectedIfTheTestEndsOtherwise) {
  expect(ends::OutOfMemory);
  EXPECT_THAT(failure(life.in(Phase::kBody).record()),
              StartsWith("cloister: " + name + " was expected to reach its memory cap\n" +
                         "cloister: " + name + " was killed by SIGSEGV"));
  EXPECT_STREQ(reporter.told[0].file_name(), "it.cc");
  EXPECT_EQ(reporter.told[0].line_number(), 7);
}

TEST_F(ExpectedEndOfATest, FailsIfTheTestEndsNormally) {
  expect(ends::Signaled{SIGSEGV});
  EXPECT_THAT(failure(life.in(Phase::kBody).ends(Finished{}).record()),
              testing::EndsWith(" but ended normally"));
}

class LeavingTest : public ReplayedTestOf {
 protected:
  LeavingTest() {
    life.in(Phase::kBody).with().cell.left = {{LeftKind::kTcpPort, "", 1, {"127.0.0.1:80"}}};
  }
  const std::string name = full_name(this_test());
};

TEST_F(LeavingTest, FailsWhereLeaksFail) {
  life.with().cell.leaks = Leaks::kFail;
  EXPECT_THAT(failure(life.record()),
              StartsWith("cloister: " + name +
                         " left something in its cell\n  left:   1 listening TCP port"));
}

TEST_F(LeavingTest, IsNotedOnlyWhereLeaksAreReported) {
  const Printed printed = end(life.record());
  EXPECT_EQ(printed.out, "");
  EXPECT_THAT(printed.err, StartsWith("cloister: note: " + name + " left 1 listening TCP port"));
}

TEST_F(LeavingTest, IsNotNotedWhereItFails) {
  life.with().cell.leaks = Leaks::kFail;
  EXPECT_THAT(end(life.record()).err, testing::Not(HasSubstr("note:")));
}

TEST_F(LeavingTest, IsNotedWhereItEndsBadly) {
  life.ends(Signaled{SIGSEGV}).with().cell.leaks = Leaks::kFail;
  EXPECT_THAT(end(life.record()).err,
              HasSubstr("cloister: note: " + name + " left 1 listening TCP port"));
}

using FilesOfATest = ReplayedTestOf;

TEST_F(FilesOfATest, FailItIfTheyCannotBePutInPlace) {
  life.in(Phase::kBody).with().cell.files.failure = "'/x': No space left on device";
  EXPECT_THAT(failure(life.record()),
              StartsWith("cloister: " + full_name(this_test()) +
                         ": what it wrote could not be put in place: '/x'"));
}

TEST_F(FilesOfATest, FailItOnceForEachThatAnotherTestChangedToo) {
  life.in(Phase::kBody).with().cell.id = 2;
  life.with().cell.files.conflicts = {{"/x", 0}, {"/y", 1}};
  end(life.record());
  ASSERT_EQ(reporter.told.size(), 2U);
  EXPECT_THAT(reporter.told[0].message(), HasSubstr("both changed '/x'"));
  EXPECT_THAT(reporter.told[1].message(), HasSubstr(full_name(registry.test(1))));
}

using NotesOfATest = ReplayedTestOf;

TEST_F(NotesOfATest, SayThatSomethingIsNotShown) {
  life.in(Phase::kBody).with().left_out = true;
  EXPECT_EQ(end(life.record()).err, "cloister: note: " + full_name(this_test()) +
                                        " has reported too much: some of it is not shown\n");
}

TEST_F(NotesOfATest, NameTheCapThatItRanInto) {
  life.in(Phase::kBody).with().cell.usage.refused_forks = 3;
  life.with().cell.caps.processes = 10;
  EXPECT_THAT(end(life.record()).err,
              StartsWith("cloister: note: " + full_name(this_test()) + ": "));
}

TEST_F(NotesOfATest, AreInTheFailureOfATestThatEndedBadly) {
  life.in(Phase::kBody).ends(Signaled{SIGSEGV}).with().cell.usage.refused_forks = 3;
  life.with().cell.caps.processes = 10;
  EXPECT_THAT(failure(life.record()), HasSubstr("\n  limits: "));
  EXPECT_THAT(end(life.record()).err, testing::Not(HasSubstr("note:")));
}

TEST_F(NotesOfATest, DoNotNameACpuCapWhereItPassed) {
  life.in(Phase::kBody).with().cell.usage.throttled = std::chrono::seconds(1);
  EXPECT_EQ(end(life.record()).err, "");
}

using PropertiesOfATest = ReplayedTestOf;

TEST_F(PropertiesOfATest, AreItsOwnAndNotItsSuites) {
  end(life.in(Phase::kBody).has(Owner::kTest, "own").has(Owner::kSuite, "suites").record());
  EXPECT_EQ(property_of_this_test("own"), "value");
  EXPECT_EQ(property_of_this_test("suites"), "");
}

// A test that shares its cell, whose end is with it, and that the keeper passes over.
class PassedOverTest : public ReplayedTestOf {
 protected:
  PassedOverTest() { life.with().cell.tasks = 2; }
  std::string end_of_cell(const RecordPtr& record) {
    return printed_by([&] {
             ReplayOfTest(replay, shown, *record, this_test()).end_of_passed_over(registry);
           })
        .out;
  }
};

TEST_F(PassedOverTest, SaysNothingOfACellThatEndedWell) {
  life.in(Phase::kBody).says("a").in(Phase::kEnvironmentTearDown).says("shown elsewhere");
  EXPECT_EQ(end_of_cell(life.record()), "");
}

TEST_F(PassedOverTest, FailsForTheBadEndOfTheCell) {
  life.in(Phase::kBody).in(Phase::kEnvironmentTearDown).ends(Signaled{SIGABRT});
  EXPECT_THAT(end_of_cell(life.record()), HasSubstr("was killed by SIGABRT"));
}

TEST_F(PassedOverTest, ShowsWhatWasPrintedBeforeThatEnd) {
  life.in(Phase::kBody).says("a").in(Phase::kEnvironmentTearDown).says("b").ends(Exited{3});
  EXPECT_THAT(end_of_cell(life.record()), StartsWith("b"));
}

TEST_F(PassedOverTest, FailsForWhatIsLeftInTheCell) {
  life.in(Phase::kBody).with().cell.leaks = Leaks::kFail;
  life.with().cell.survivor_count = 1;
  EXPECT_THAT(end_of_cell(life.record()),
              HasSubstr("left something in a cell that 2 tests shared"));
}

using TestThatWasNotRun = ReplayedTestOf;

TEST_F(TestThatWasNotRun, IsSkippedForTheInterruption) {
  printed_by([&] { replay_not_run(replay, this_test(), "SIGINT"); });
  ASSERT_EQ(reporter.told.size(), 1U);
  EXPECT_TRUE(reporter.told[0].skipped());
  EXPECT_EQ(reporter.told[0].message(), "cloister: " + full_name(this_test()) +
                                            " was not run: the run was interrupted by SIGINT");
}

}  // namespace
}  // namespace cloister::googletest
