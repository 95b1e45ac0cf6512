// Guests that misbehave as processes: bombs, daemons, stops, kills, and every way to end but a
// return.
#include <gtest/gtest.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <exception>
#include <thread>

#include <cloister/gtest.h>

#include "selftests/guests/hostile/guests.h"

namespace {

using namespace std::chrono_literals;
using hostile::in_child;

NEIGHBOUR(Processes, 1)
CLOISTER_TEST(Processes, ForkBomb, {.processes = 100, .deadline = 500ms});
TEST(Processes, ForkBomb) {
  while (true) fork();
}
NEIGHBOUR(Processes, 2)
CLOISTER_TEST(Processes, ThreadBomb, {.processes = 100});
TEST(Processes, ThreadBomb) {
  pthread_t thread;
  int started = 0;
  const auto wait = [](void*) -> void* {
    while (true) pause();
  };
  while (pthread_create(&thread, nullptr, wait, nullptr) == 0) ++started;
  EXPECT_LT(started, 100);
}
NEIGHBOUR(Processes, 3)
// The daemon has every descriptor that the test has.
TEST(Processes, DaemonHoldsThePipes) {
  in_child([] {
    setsid();
    in_child([] { sleep(600); });
  });
  wait(nullptr);
}
NEIGHBOUR(Processes, 4)
TEST(Processes, DaemonPrintsForEver) {
  in_child([] {
    setsid();
    in_child([] {
      while (true) [[maybe_unused]]
        const ssize_t written = write(STDOUT_FILENO, "daemon\n", 7);
    });
  });
  wait(nullptr);
}
NEIGHBOUR(Processes, 5)
TEST(Processes, LeavesZombies) {
  for (int i = 0; i < 50; ++i) in_child([] {});
}
TEST(Processes, LeavesOrphans) {
  for (int i = 0; i < 10; ++i) in_child([] { in_child([] { pause(); }); });
}

CLOISTER_SUITE(Hangs, {.deadline = 300ms});
TEST(Hangs, InAnEndlessLoop) {
  volatile int turns = 0;
  while (true) turns = turns ^ 1;
}
CLOISTER_TEST(Hangs, Neighbour1, {.deadline = 60s});
NEIGHBOUR(Hangs, 1)
TEST(Hangs, WithEverySignalIgnored) {
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_IGN);
  while (true) pause();
}
TEST(Hangs, StoppedByItself) { raise(SIGSTOP); }
CLOISTER_TEST(Hangs, Neighbour2, {.deadline = 60s});
NEIGHBOUR(Hangs, 2)
TEST(Hangs, StoppedWithItsInitAndEverythingElse) {
  in_child([] { pause(); });
  kill(1, SIGSTOP);
  kill(-1, SIGSTOP);
  raise(SIGSTOP);
}
TEST(Hangs, InVfork) {
  if (vfork() == 0) {
    while (true) pause();
  }
}

NEIGHBOUR(Kills, 1)
TEST(Kills, ItsInit) { kill(1, SIGKILL); }
TEST(Kills, EverybodyElse) {
  in_child([] { pause(); });
  kill(-1, SIGKILL);
}
NEIGHBOUR(Kills, 2)
// Its parent is outside of its cell and has no number there.
TEST(Kills, ItsParent) {
  ASSERT_EQ(getppid(), 0);
  kill(getppid(), SIGKILL);
}
TEST(Kills, ItsGroup) { kill(0, SIGTERM); }
NEIGHBOUR(Kills, 3)
TEST(Kills, Itself) { kill(getpid(), SIGKILL); }

TEST(Crashes, ByAbort) { abort(); }
NEIGHBOUR(Crashes, 1)
TEST(Crashes, ByASegmentationFault) { *static_cast<volatile int*>(nullptr) = 1; }
TEST(Crashes, ByADivision) { raise(SIGFPE); }
TEST(Crashes, ByABadSystemCall) { raise(SIGSYS); }
NEIGHBOUR(Crashes, 2)
TEST(Crashes, ByAStackOverflow) {
  struct Deep {
    static int call(int depth) {  // NOLINT(misc-no-recursion)
      volatile char frame[4096] = {};
      frame[0] = static_cast<char>(depth);
      return call(depth + 1) + frame[0];
    }
  };
  EXPECT_EQ(Deep::call(0), 0);
}
TEST(Crashes, ByAnExceptionInADestructor) {
  struct Throws {
    ~Throws() { std::rethrow_exception(std::make_exception_ptr(1)); }
  };
  const Throws throws;
}
NEIGHBOUR(Crashes, 3)
TEST(Crashes, ByAnExceptionInAThread) {
  std::thread([] { throw 1; }).join();
}
TEST(Crashes, NotByAnException) { throw 1; }
TEST(Crashes, NotByALongjmp) {
  jmp_buf here;
  if (setjmp(here) == 0) longjmp(here, 1);
}

TEST(Exits, WithStatusZero) { exit(0); }
NEIGHBOUR(Exits, 1)
TEST(Exits, AtOnceWithStatusZero) { _exit(0); }
TEST(Exits, AtOnceWithStatusOne) { _exit(1); }
TEST(Exits, Quickly) { quick_exit(0); }
NEIGHBOUR(Exits, 2)
TEST(Exits, ByExec) { execl("/bin/true", "true", nullptr); }
TEST(Exits, InAThread) {
  std::thread([] { exit(0); }).join();
}
TEST(Exits, InAChildThatReturnsFromTheTest) {
  const pid_t child = fork();
  if (child > 0) waitpid(child, nullptr, 0);
}

}  // namespace
