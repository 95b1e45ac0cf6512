// Somebody outside kills the init of a cell.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "selftests/framework/watch/run_cells.h"
#include "selftests/support/lane.h"

namespace cloister {
namespace {

using selftests::lane_gives;

// In the order in which they were born: proc(5), children.
std::vector<pid_t> children_of(pid_t parent) {
  const std::string task = std::to_string(parent);
  std::ifstream children("/proc/" + task + "/task/" + task + "/children");
  std::vector<pid_t> pids;
  for (pid_t pid = 0; children >> pid;) pids.push_back(pid);
  return pids;
}

// In the warden, before its loop. The builder is its parent, and that of the inits: the first is
// that of the cell with a guest, the second stands.
void kill_the_init_that_stands() {
  const pid_t builder = getppid();
  if (fork() != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  while (children_of(builder).size() < 3) usleep(1000);
  usleep(200'000);  // until it stands
  kill(children_of(builder).back(), SIGKILL);
  _exit(0);
}

TEST(Watch, ACellWhoseInitIsKilledWhileItStandsFailsItsTaskAndNoOther) {
  const bool has_init = lane_gives("pid namespace");
  WardenSettings settings{.jobs = 1};
  if (has_init) settings.before = kill_the_init_that_stands;
  const auto reports = run_cells({{{}, [](GuestSide&) { usleep(1'000'000); }},
                                  {{}, [](GuestSide&) {}},
                                  {{}, [](GuestSide&) {}}},
                                 settings);
  EXPECT_TRUE(std::holds_alternative<Finished>(reports.at(0).outcome));
  EXPECT_TRUE(std::holds_alternative<Finished>(reports.at(2).outcome));
  if (!has_init) return;
  ASSERT_TRUE(std::holds_alternative<SetupFailed>(reports.at(1).outcome))
      << reports.at(1).outcome.index();
  const std::string& why = std::get<SetupFailed>(reports.at(1).outcome).why;
  // On a host where it does not stand by then, the builder sees it die.
  if (why == "cannot set the inside of the cell up: its init died: No child processes (ECHILD)")
    return;
  EXPECT_EQ(why,
            "cannot keep its cell, whose init was killed before the guest began; look for what "
            "kills processes of others here");
}

}  // namespace
}  // namespace cloister
