// PID 1 of a cell, as its guest sees it.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include "selftests/inside/where_given.h"

namespace {

using inside::expect_shared;
using inside::lane_gives;

std::string status_line(const std::string& key) {
  std::ifstream file("/proc/1/status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(key + ":", 0) == 0) return line.substr(key.size() + 2);
  }
  return "not found";
}

TEST(Init, IsTheSealedOne) {
  if (!lane_gives("pid namespace")) return expect_shared("pid");
  EXPECT_EQ(status_line("Name"), "cell-init");
}

TEST(Init, HasNoCapabilityLeft) {
  if (!lane_gives("pid namespace")) return expect_shared("pid");
  EXPECT_EQ(status_line("CapEff"), "0000000000000000");
  EXPECT_EQ(status_line("CapPrm"), "0000000000000000");
  EXPECT_EQ(status_line("NoNewPrivs"), "1");
}

TEST(Init, CannotBeTraced) {
  if (!lane_gives("pid namespace")) return expect_shared("pid");
  EXPECT_EQ(ptrace(PTRACE_SEIZE, 1, nullptr, nullptr), -1);
  EXPECT_EQ(errno, EPERM);
}

TEST(Init, ShowsNeitherMemoryNorDescriptors) {
  if (!lane_gives("pid namespace")) return expect_shared("pid");
  EXPECT_EQ(open("/proc/1/mem", O_RDONLY), -1);
  EXPECT_EQ(open("/proc/1/fd/3", O_RDONLY), -1);
  EXPECT_EQ(open("/proc/1/root/etc", O_RDONLY), -1);
}

TEST(Init, SurvivesEverySignalOfItsGuest) {
  if (!lane_gives("pid namespace")) return expect_shared("pid");
  for (const int number : {SIGKILL, SIGSTOP, SIGTERM, SIGSEGV, SIGINT}) kill(1, number);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(status_line("State").front(), 'S');
}

TEST(Init, ReapsOrphans) {
  if (!lane_gives("pid namespace")) return expect_shared("pid");
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const pid_t orphan = fork();
    if (orphan == 0) _exit(0);
    [[maybe_unused]] const ssize_t told = write(ends[1], &orphan, sizeof orphan);
    _exit(0);
  }
  pid_t orphan = 0;
  ASSERT_EQ(read(ends[0], &orphan, sizeof orphan), static_cast<ssize_t>(sizeof orphan));
  waitpid(child, nullptr, 0);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (kill(orphan, 0) == 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(kill(orphan, 0), -1) << "a zombie stays";
}

// Death by signal, seen from the parent, is what it would be outside: for PID 1 it would not be.
TEST(InitDeathTest, GuestsDieOfTheSignalsTheyRaise) {
  EXPECT_EXIT(abort(), testing::KilledBySignal(SIGABRT), "");
  EXPECT_EXIT(raise(SIGTERM), testing::KilledBySignal(SIGTERM), "");
  EXPECT_EXIT(kill(getpid(), SIGKILL), testing::KilledBySignal(SIGKILL), "");
}

}  // namespace
