// Guests that misbehave, one way each, among neighbours that do not.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include <cloister/gtest.h>

namespace {

using namespace std::chrono_literals;
using namespace cloister::literals;

TEST(Neighbour, Before) {}

TEST(Crashes, OfASegmentationFault) {
  EXPECT_EQ(1, 2) << "before the crash";
  printf("printed before the crash\n");
  fflush(stdout);
  raise(SIGSEGV);
}
TEST(Crashes, OfAnAbort) { abort(); }
TEST(Crashes, OfAKillFromItself) { kill(getpid(), SIGKILL); }

CLOISTER_SUITE(Hangs, {.deadline = 300ms});
TEST(Hangs, InAnEndlessLoop) {
  volatile int turns = 0;
  while (true) turns = turns ^ 1;
}
TEST(Hangs, WithEverySignalBlocked) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, nullptr);
  while (true) pause();
}

TEST(Exits, WithStatusZero) { exit(0); }
TEST(Exits, WithStatusThree) { exit(3); }
TEST(Exits, Quickly) { quick_exit(0); }
TEST(Exits, ByExec) { execl("/bin/true", "true", nullptr); }

CLOISTER_SUITE(Eats, {.memory = 64_MiB});
TEST(Eats, AGibibyteUnderACapOf64Mebibytes) {
  auto* memory = static_cast<char*>(malloc(std::size_t{1} << 30));
  memset(memory, 1, std::size_t{1} << 30);
  EXPECT_EQ(memory[12345], 1);
}

class CrashesEarly : public testing::Test {
 protected:
  static void SetUpTestSuite() { abort(); }
};
TEST_F(CrashesEarly, InSetUpTestSuite) {}

class CrashesLate : public testing::Test {
 protected:
  static void TearDownTestSuite() { abort(); }
};
TEST_F(CrashesLate, InTearDownTestSuite) { printf("the body was fine\n"); }

TEST(Garbles, ItsEventPipe) {
  // What is below may be of who started the program.
  for (int fd = 900; fd < 1024; ++fd) [[maybe_unused]]
    const ssize_t written = write(fd, "garbage", 7);
}
TEST(Closes, EveryDescriptor) {
  for (int fd = 0; fd < 4096; ++fd) close(fd);
  EXPECT_EQ(1, 2) << "still heard";
}
TEST(Closes, ItsStandardOutput) {
  printf("said before\n");
  fclose(stdout);
  printf("said to nobody\n");
  EXPECT_EQ(1, 2) << "heard without stdout";
}
TEST(Floods, ItsOutput) {
  for (int i = 0; i < 1000000; ++i) puts("a line of thirty-two characters");
}
TEST(Leaves, ADaemonBehind) {
  if (fork() == 0) {
    setsid();
    if (fork() == 0) sleep(600);
    _exit(0);
  }
  wait(nullptr);
}
TEST(Signals, Everybody) {
  signal(SIGTERM, SIG_IGN);
  kill(-1, SIGTERM);
  kill(0, SIGTERM);
}

TEST(Neighbour, After) {}

}  // namespace
