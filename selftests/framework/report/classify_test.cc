#include "framework/report/classify.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace cloister {
namespace {

using namespace std::chrono_literals;

constexpr int exited(int status) { return status << 8; }
constexpr int killed(int signal) { return signal; }

TEST(Classify, FinishedNeedsTheLastFrameAndStatusZero) {
  EXPECT_TRUE(std::holds_alternative<Finished>(
      classify({.wait_status = exited(0), .said_finished = true})));
  EXPECT_TRUE(std::holds_alternative<Exited>(classify({.wait_status = exited(0)})));
  EXPECT_EQ(std::get<Exited>(classify({.wait_status = exited(23), .said_finished = true})).status,
            23);
}

TEST(Classify, NoEvidenceIsNoSuccess) {
  EXPECT_FALSE(std::holds_alternative<Finished>(classify({})));
}

TEST(Classify, ASignalIsASignalEvenAfterTheLastFrame) {
  const auto outcome = classify({.wait_status = killed(SIGSEGV), .said_finished = true});
  EXPECT_EQ(std::get<Signaled>(outcome).signal, SIGSEGV);
}

TEST(Classify, WhatTheEndOfTheRunKilledIsInterruptedUnlessItHadFinished) {
  const auto outcome =
      classify({.wait_status = killed(SIGKILL), .killed_for = KilledFor::kEndOfRun});
  EXPECT_TRUE(std::holds_alternative<Interrupted>(outcome));
  const auto finished = classify({.killed_for = KilledFor::kEndOfRun, .said_finished = true});
  EXPECT_TRUE(std::holds_alternative<Finished>(finished));
}

TEST(Classify, OutOfMemoryNeedsTheKernelsCount) {
  const Evidence counted{.wait_status = killed(SIGKILL), .oom_kills = 1, .memory_cap = 64_MiB};
  EXPECT_EQ(std::get<OutOfMemory>(classify(counted)).cap, 64_MiB);
  EXPECT_EQ(std::get<Signaled>(classify({.wait_status = killed(SIGKILL)})).signal, SIGKILL);
}

TEST(Classify, OutOfMemoryIsNotWhoKillsItselfAfterOthersWereKilled) {
  const auto outcome = classify(
      {.wait_status = killed(SIGKILL), .oom_kills = 1, .only_others_killed_for_memory = true});
  EXPECT_EQ(std::get<Signaled>(outcome).signal, SIGKILL);
}

TEST(Classify, ACrashWithAKilledChildIsTheCrash) {
  const auto outcome = classify({.wait_status = killed(SIGABRT), .oom_kills = 1});
  EXPECT_EQ(std::get<Signaled>(outcome).signal, SIGABRT);
}

TEST(Classify, OutOfMemorySaysWhatTheMemoryWasMadeOf) {
  const Evidence counted{.wait_status = killed(SIGKILL),
                         .oom_kills = 1,
                         .memory_cap = 64_MiB,
                         .memory = {60_MiB, 1_MiB, 3_MiB}};
  EXPECT_EQ(std::get<OutOfMemory>(classify(counted)).parts.shared, 3_MiB);
}

TEST(Classify, TheCpuTimeThatIsGoneIsNamed) {
  const auto outcome = classify(
      {.wait_status = killed(SIGKILL), .killed_for = KilledFor::kCpuTime, .cpu_time = 200ms});
  EXPECT_EQ(std::get<OutOfCpuTime>(outcome).cap, 200ms);
}

TEST(Classify, TheDeadlineIsNamed) {
  const auto outcome = classify(
      {.wait_status = killed(SIGKILL), .killed_for = KilledFor::kDeadline, .deadline = 2s});
  EXPECT_EQ(std::get<TimedOut>(outcome).deadline, 2s);
}

TEST(Classify, ATestThatEndsAsTheDeadlineStrikesHasFinished) {
  const auto outcome = classify(
      {.wait_status = exited(0), .killed_for = KilledFor::kDeadline, .said_finished = true});
  EXPECT_TRUE(std::holds_alternative<Finished>(outcome));
}

TEST(Classify, ABrokenProtocolSpoilsAnExit) {
  const auto outcome =
      classify({.wait_status = exited(0), .said_finished = true, .broken_protocol = "garbage"});
  EXPECT_EQ(std::get<ProtocolBroken>(outcome).why, "garbage");
}

TEST(Classify, AGuestThatCouldNotEnterWasNeverATest) {
  const auto outcome = classify({.wait_status = exited(125), .entry_failure = "cannot join"});
  EXPECT_EQ(std::get<SetupFailed>(outcome).why, "cannot join");
}

}  // namespace
}  // namespace cloister
