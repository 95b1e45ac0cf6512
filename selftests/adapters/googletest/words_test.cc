// The golden texts of bad outcomes.
#include "adapters/googletest/words.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace cloister::googletest {
namespace {

using namespace std::chrono_literals;

Record record_of(Outcome outcome) {
  Record record;
  record.cell.outcome = std::move(outcome);
  record.cell.usage.wall = 1234ms;
  record.cell.usage.peak_memory = 3_MiB;
  record.cell.phases = {{static_cast<std::uint8_t>(Phase::kSuiteSetUp), 0, 0},
                        {static_cast<std::uint8_t>(Phase::kBody), 0, 0}};
  return record;
}

TEST(FailureWords, AreNoneForAFinishedTest) {
  EXPECT_EQ(failure_words(record_of(Finished{}), "A.B"), "");
}

TEST(FailureWords, NameTheSignalThePhaseAndTheLastFailure) {
  Record record = record_of(Signaled{SIGSEGV, true});
  Part part;
  part.type = testing::TestPartResult::kNonFatalFailure;
  part.has_file = true;
  part.file = "a_test.cc";
  part.line = 17;
  record.parts = {part};
  EXPECT_EQ(failure_words(record, "A.B"),
            "cloister: A.B was killed by SIGSEGV (Segmentation fault), core dumped\n"
            "  where:  in the test body, after the failed assertion at a_test.cc:17\n"
            "  used:   1.23 s, peak memory 3 MiB\n"
            "  advice: run it alone in a debugger with --cloister=off --gtest_filter=A.B");
}

TEST(FailureWords, NameTheDeadline) {
  EXPECT_EQ(failure_words(record_of(TimedOut{2s}), "A.B"),
            "cloister: A.B did not end within its deadline of 2 s and was killed\n"
            "  where:  in the test body, after no failed assertion\n"
            "  used:   1.23 s, peak memory 3 MiB\n"
            "  advice: raise it with --cloister_deadline or CLOISTER_TEST, or run it alone in a "
            "debugger with "
            "--cloister=off --gtest_filter=A.B");
}

TEST(FailureWords, NameTheMemoryCapAndThePeak) {
  EXPECT_EQ(failure_words(record_of(OutOfMemory{64_MiB}), "A.B"),
            "cloister: A.B reached its memory cap of 64 MiB (peak 3 MiB) and was killed\n"
            "  where:  in the test body, after no failed assertion\n"
            "  used:   1.23 s, peak memory 3 MiB\n"
            "  advice: raise the cap with --cloister_memory or CLOISTER_TEST, or use less");
}

TEST(FailureWords, TellAnEarlyExitFromALateOne) {
  EXPECT_EQ(failure_words(record_of(Exited{0}), "A.B").substr(0, 64),
            "cloister: A.B exited with status 0 before the test had ended\n  w");
  Record late = record_of(Exited{23});
  late.cell.said_finished = true;
  EXPECT_EQ(failure_words(late, "A.B").substr(0, 65),
            "cloister: A.B exited with status 23 after the test had ended\n  wh");
}

TEST(FailureWords, SayWhyATestWasNotRun) {
  EXPECT_EQ(failure_words(record_of(SetupFailed{"cannot mount proc on '/proc'; unmask it"}), "A.B"),
            "cloister: A.B was not run: cannot mount proc on '/proc'; unmask it\n"
            "  advice: --cloister=off runs the tests without cells");
}

}  // namespace
}  // namespace cloister::googletest
