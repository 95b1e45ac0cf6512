#include "framework/kernel/process_mark.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cloister {
namespace {

int status_of(pid_t child) {
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class MarkedProcess : public testing::Test {
 protected:
  MarkedProcess() { mark_process(ProcessMark::kGuest); }
  ~MarkedProcess() override { mark_process(ProcessMark::kNone); }
};

TEST_F(MarkedProcess, KnowsItsMark) {
  EXPECT_EQ(process_mark(), ProcessMark::kGuest);
  mark_process(ProcessMark::kWarden);
  EXPECT_EQ(process_mark(), ProcessMark::kWarden);
}

TEST_F(MarkedProcess, HasForksWithoutItsMark) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(process_mark() == ProcessMark::kNone ? 0 : 1);
  EXPECT_EQ(status_of(child), 0);
  EXPECT_EQ(process_mark(), ProcessMark::kGuest);
}

TEST_F(MarkedProcess, HasForksWithMarksOfTheirOwn) {
  const pid_t child = ::fork();
  if (child == 0) {
    mark_process(ProcessMark::kWarden);
    ::_exit(process_mark() == ProcessMark::kWarden ? 0 : 1);
  }
  EXPECT_EQ(status_of(child), 0);
  EXPECT_EQ(process_mark(), ProcessMark::kGuest);
}

TEST_F(MarkedProcess, IsNotWhatSharesItsMemory) {
  const pid_t child = ::vfork();
  if (child == 0) ::_exit(process_mark() == ProcessMark::kNone ? 0 : 1);
  EXPECT_EQ(status_of(child), 0);
}

}  // namespace
}  // namespace cloister
