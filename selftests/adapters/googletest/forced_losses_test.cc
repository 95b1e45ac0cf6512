// Each probe of the host, made to fail on its own: the doctor's row says no, why, and what to do;
// the other rows stay as they are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "selftests/support/guests.h"
#include "selftests/support/lane.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using testing::ContainsRegex;
using testing::MatchesRegex;

// facility -> the rest of its row.
using Table = std::map<std::string, std::string>;

Table doctor(std::vector<std::string> command) {
  command.push_back(guest("limited"));
  command.push_back("--cloister_doctor");
  Table table;
  std::istringstream lines(run({command}).out);
  constexpr std::size_t kName = 26;
  for (std::string line; std::getline(lines, line);) {
    if (line.size() <= kName || line.starts_with("cgroup v")) continue;
    table[line.substr(0, line.find_last_not_of(' ', kName - 1) + 1)] = line.substr(kName);
  }
  return table;
}

struct Loss {
  const char* facility;
  std::vector<std::string> command;
  const char* cause;
  std::vector<std::string> along{};  // what goes with it
};

void PrintTo(const Loss& loss, std::ostream* out) { *out << loss.facility; }

std::vector<std::string> without(const char* call) {
  return {tool("without_calls"), "EPERM", call};
}

// Root outside of containers and cells.
bool privileged() {
  static const bool may_mount = run({{"unshare", "-m", "true"}}).status == 0;
  return may_mount;
}

// In a mount namespace of its own, where an ordinary user is root.
std::vector<std::string> with_mounts(const std::string& script) {
  return {"unshare", privileged() ? "-m" : "-Urm", "sh", "-c", script + " && exec \"$@\"", "sh"};
}

class Forced : public testing::TestWithParam<Loss> {};
TEST_P(Forced, IsARowWithCauseAndCureAndNothingElseIsLost) {
  const Loss& loss = GetParam();
  const Table before = doctor({});
  ASSERT_TRUE(before.contains(loss.facility));
  if (before.at(loss.facility) != "yes") {
    // The lane lacks it anyway; its words are that lane's.
    EXPECT_FALSE(lane_gives(loss.facility));
    EXPECT_THAT(before.at(loss.facility), MatchesRegex("(no|partly) .*; .+"));
    return;
  }
  const Table after = doctor(loss.command);
  ASSERT_TRUE(after.contains(loss.facility));
  EXPECT_THAT(after.at(loss.facility), ContainsRegex(loss.cause));
  EXPECT_THAT(after.at(loss.facility), MatchesRegex("(no|partly) .*; .+"));
  for (const auto& [facility, row] : before) {
    const bool goes_along =
        std::ranges::find(loss.along, facility) != loss.along.end() || facility == loss.facility;
    EXPECT_TRUE(goes_along || after.at(facility) == row) << facility << ": " << after.at(facility);
  }
}

constexpr const char* kClone =
    "cannot clone a process with new namespaces: Operation not permitted";

// An ordinary user's cells live in the run's user namespace: without that, there is nothing.
std::vector<std::string> everything_else() {
  if (privileged()) return {"re-use of networks"};
  return {"pid namespace",
          "mount namespace",
          "private /proc",
          "private /tmp and /dev/shm",
          "private network",
          "own hostname",
          "ipc namespace",
          "cgroup namespace",
          "memory cap",
          "process cap",
          "soft memory cap",
          "CPU cap",
          "CPU set",
          "I/O cap",
          "time namespace",
          "own view of files",
          "re-use of networks",
          "audit"};
}

INSTANTIATE_TEST_SUITE_P(
    Namespaces, Forced,
    testing::Values(
        Loss{"user namespace", without("new_user"), "Operation not permitted", everything_else()},
        Loss{"pid namespace", without("new_pid"), kClone, {"private /proc", "re-use of networks"}},
        Loss{"mount namespace",
             without("new_mount"),
             kClone,
             {"private /proc", "private /tmp and /dev/shm", "own view of files",
              "re-use of networks"}},
        Loss{"private network", without("new_net"), kClone, {"re-use of networks"}},
        Loss{"own hostname", without("new_uts"), kClone},
        Loss{"ipc namespace", without("new_ipc"), kClone},
        Loss{"cgroup namespace", without("new_cgroup"), kClone}));

INSTANTIATE_TEST_SUITE_P(Witness, Forced,
                         testing::Values(Loss{"re-use of networks",
                                              without("seccomp"),
                                              "this kernel cannot tell whether a test has used",
                                              {"audit"}},
                                         Loss{"audit",
                                              without("seccomp"),
                                              "this kernel cannot tell what a test asks it for",
                                              {"re-use of networks"}}));

INSTANTIATE_TEST_SUITE_P(
    Inside, Forced,
    testing::Values(Loss{"own hostname", without("sethostname"),
                         "cannot set hostname 'cloister': Operation not permitted"},
                    Loss{"private /tmp and /dev/shm", without("mount_tmpfs"),
                         "cannot mount tmpfs on '/tmp': Operation not permitted"},
                    Loss{"private /proc", with_mounts("mount --bind /dev/null /proc/uptime"),
                         "cannot mount proc on '/proc': Operation not permitted",
                         // An ordinary user is another one there.
                         privileged() ? std::vector<std::string>{}
                                      : std::vector<std::string>{
                                            "cgroup namespace", "memory cap", "process cap",
                                            "soft memory cap", "CPU cap", "CPU set", "I/O cap"}}));

// The group of version 2, or of version 1's controller, made read-only.
Loss without_cgroups(const char* facility, const std::string& v1_controller,
                     std::vector<std::string> along) {
  const std::string v1 = "/sys/fs/cgroup/" + v1_controller;
  const bool is_v1 = access((v1 + "/cgroup.procs").c_str(), F_OK) == 0;
  const std::string mount = is_v1 ? v1 : "/sys/fs/cgroup";
  if (!is_v1) {
    along = {"memory cap", "process cap", "soft memory cap", "CPU cap", "CPU set", "I/O cap"};
  }
  return {
      facility,
      with_mounts("mount --bind " + mount + " " + mount + " && mount -o remount,ro,bind " + mount),
      "cannot write to its cgroup '.*': Read-only file system", along};
}
INSTANTIATE_TEST_SUITE_P(
    Caps, Forced,
    testing::Values(without_cgroups("memory cap", "memory", {"soft memory cap"}),
                    without_cgroups("process cap", "pids", {}),
                    without_cgroups("CPU cap", "cpu", {}), without_cgroups("CPU set", "cpuset", {}),
                    without_cgroups("I/O cap", "blkio", {})));

}  // namespace
}  // namespace cloister::selftests
