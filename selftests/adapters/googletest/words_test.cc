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

TEST(FailureWords, NameTheMemoryCapThePeakAndWhatItWasMadeOf) {
  EXPECT_EQ(failure_words(record_of(OutOfMemory{64_MiB, {60_MiB, 1_MiB, 3_MiB}}), "A.B"),
            "cloister: A.B reached its memory cap of 64 MiB (peak 3 MiB) and was killed\n"
            "  memory: 60 MiB anonymous, 3 MiB shared, 1 MiB of file cache\n"
            "  where:  in the test body, after no failed assertion\n"
            "  used:   1.23 s, peak memory 3 MiB\n"
            "  advice: raise the cap with --cloister_memory or CLOISTER_TEST, or use less");
}

TEST(FailureWords, PointToTmpfsWhenTheMemoryIsThere) {
  EXPECT_NE(failure_words(record_of(OutOfMemory{64_MiB, {1_MiB, 0_MiB, 63_MiB}}), "A.B")
                .find("advice: look for large files in /tmp and /dev/shm, which are memory"),
            std::string::npos);
}

TEST(FailureWords, NameTheKernelsMemoryAndPointToWhatFillsIt) {
  const std::string words =
      failure_words(record_of(OutOfMemory{64_MiB, {4_MiB, 0_MiB, 1_MiB, 59_MiB}}), "A.B");
  EXPECT_NE(
      words.find("0 bytes of file cache, 59 MiB of kernel memory (such as pipes and sockets)\n"),
      std::string::npos)
      << words;
  EXPECT_NE(words.find("advice: look for pipes and sockets"), std::string::npos) << words;
}

TEST(FailureWords, NameTheCpuTime) {
  EXPECT_EQ(failure_words(record_of(OutOfCpuTime{200ms}), "A.B"),
            "cloister: A.B used up its 200 ms of processor time and was killed\n"
            "  where:  in the test body, after no failed assertion\n"
            "  used:   1.23 s, peak memory 3 MiB\n"
            "  advice: raise it with --cloister_cpu_time or CLOISTER_TEST, or run it alone in a "
            "debugger with --cloister=off --gtest_filter=A.B");
}

TEST(FailureWords, NameTheFileSizeBehindItsSignal) {
  EXPECT_EQ(
      failure_words(record_of(Signaled{SIGXFSZ}), "A.B").substr(0, 84),
      "cloister: A.B wrote past the largest file it may write and was killed by SIGXFSZ\n  w");
}

TEST(FailureWords, SayWhichOtherCapsWereMet) {
  Record record = record_of(TimedOut{2s});
  record.cell.caps = {.processes = 8, .cpus = 0.5};
  record.cell.usage.refused_forks = 3;
  record.cell.usage.throttled = 1500ms;
  const std::string words = failure_words(record, "A.B");
  EXPECT_NE(
      words.find("\n  limits: 3 forks were refused by the process cap of 8 (--cloister_processes)"),
      std::string::npos)
      << words;
  EXPECT_NE(
      words.find("\n  limits: it waited 1.50 s because of its CPU cap of 0.5 (--cloister_cpus)"),
      std::string::npos)
      << words;
}

TEST(LimitNotes, AreNoneForATestThatMetNoCap) {
  EXPECT_TRUE(limit_notes(record_of(Finished{})).empty());
}

std::string only_note(const Record& record) {
  const auto notes = limit_notes(record);
  return notes.size() == 1 ? notes.front() : "not one note";
}

TEST(LimitNotes, NameTheTmpfsThatIsFull) {
  Record record = record_of(Finished{});
  record.cell.tmpfs = {{"/tmp", 1_MiB, 1_MiB, 3, 100}, {"/dev/shm", 0_MiB, 1_MiB, 1, 100}};
  EXPECT_EQ(only_note(record), "its /tmp is full: 1 MiB (--cloister_tmp_size)");
  record.cell.tmpfs = {{"/dev/shm", 0_MiB, 1_MiB, 100, 100}};
  EXPECT_EQ(only_note(record), "its /dev/shm is full: 100 files (--cloister_tmpfs_inodes)");
}

TEST(LimitNotes, CountChildrenThatTheMemoryCapKilled) {
  Record record = record_of(Finished{});
  record.cell.caps.memory = 32_MiB;
  record.cell.usage.oom_kills = 1;
  EXPECT_EQ(only_note(record),
            "1 of its processes was killed at the memory cap of 32 MiB (--cloister_memory)");
}

TEST(LimitNotes, CountTheOutputThatWasCut) {
  Record record = record_of(Finished{});
  record.cell.err = {"abc", 7};
  EXPECT_EQ(only_note(record),
            "it printed 7 more bytes on stderr than the 3 that are kept (--cloister_output)");
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
