// A test that does what runtimes of containers and sandboxes do: a pid namespace of its own, in
// which a worker has the number that the test itself has outside of it.
#include <errno.h>
#include <gtest/gtest.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>

#include <cloister/gtest.h>

namespace {

// Chosen by clone3(2), Linux 5.5.
pid_t fork_with_number(pid_t number) {
  clone_args arguments{};
  arguments.exit_signal = SIGCHLD;
  arguments.set_tid = reinterpret_cast<std::uintptr_t>(&number);
  arguments.set_tid_size = 1;
  return static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
}

// True in the worker; in the test when all of it has ended.
bool is_worker() {
  const pid_t own_number = getpid();
  EXPECT_EQ(unshare(CLONE_NEWUSER | CLONE_NEWPID), 0) << errno;
  const pid_t init = fork();
  if (init == 0) {
    const pid_t worker = fork_with_number(own_number);
    if (worker == 0) return true;
    int status = 0;
    waitpid(worker, &status, 0);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 99);
  }
  int status = 0;
  waitpid(init, &status, 0);
  EXPECT_NE(status, 99 << 8) << "the worker has another number";
  return false;
}

TEST(Nested, WorkerFails) {
  if (!is_worker()) return;
  ADD_FAILURE() << "the worker's own affair";
  _exit(1);
}
TEST(Nested, WorkerReturns) { is_worker(); }
TEST(Nested, TestFailsAfterTheWorkerReturned) {
  if (!is_worker()) ADD_FAILURE() << "the test's";
}
TEST(Nested, TestExitsAfterTheWorkerReturned) {
  if (!is_worker()) _exit(0);
}

}  // namespace
