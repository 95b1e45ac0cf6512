#include "framework/kernel/single_threaded_fork.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <latch>
#include <thread>

namespace cloister {
namespace {

// Without memory of its own: the child of several threads may not have any. proc_pid_task(5).
long threads_of_this_process() {
  struct stat status{};
  return ::stat("/proc/self/task", &status) == 0 ? static_cast<long>(status.st_nlink) - 2 : -1;
}

// The exit status of a child that does this.
template <typename Action>
int status_of_child(Action action) {
  const pid_t child = single_threaded_fork();
  if (child == 0) ::_exit(action());
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(SingleThreadedFork, MakesAChildOfTheCaller) {
  const pid_t self = ::getpid();
  EXPECT_EQ(status_of_child([self] { return ::getppid() == self ? 3 : 4; }), 3);
}

TEST(SingleThreadedFork, GivesTheChildACopyOfTheMemory) {
  int number = 1;
  EXPECT_EQ(status_of_child([&] { return number = 2; }), 2);
  EXPECT_EQ(number, 1);
}

TEST(SingleThreadedFork, LeavesTheThreadsOfTheCallerBehind) {
  std::latch over(1);
  std::thread other([&] { over.wait(); });
  const long here = threads_of_this_process();
  const int there = status_of_child([] { return static_cast<int>(threads_of_this_process()); });
  over.count_down();
  other.join();
  EXPECT_GE(here, 2);
  EXPECT_EQ(there, 1);
}

TEST(SingleThreadedFork, IsForkUnlessASanitizerStartsThreads) {
#ifdef __SANITIZE_THREAD__
  EXPECT_TRUE(fork_starts_a_thread());
#else
  EXPECT_FALSE(fork_starts_a_thread());
#endif
}

}  // namespace
}  // namespace cloister
