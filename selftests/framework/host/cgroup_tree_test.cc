// The cgroup hierarchies as they are, and what dead runs have left in a group: a directory of the
// test's own stands for one.
#include "framework/host/cgroup_tree.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "framework/kernel/fd.h"
#include "framework/kernel/stat_field.h"

namespace cloister {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr char kNoProcess[] = "999999999";  // more than any pid_max: proc_sys_kernel(5)

std::string own_pid() { return std::to_string(::getpid()); }

TEST(RunName, EndsWithTheProcessAndItsStart) {
  const std::string process = '-' + own_pid() + '-' + stat_field(own_pid(), 22).value();
  EXPECT_TRUE(run_name().ends_with(process)) << run_name();
}

TEST(RunName, IsNotThatOfAFork) {
  const std::string ours = run_name();
  const pid_t child = ::fork();
  if (child == 0) ::_exit(run_name() == ours ? 1 : 0);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

class GroupDirectory : public testing::Test {
 protected:
  GroupDirectory() {
    char name[] = "/tmp/cloister-group-XXXXXX";
    if (::mkdtemp(name) == nullptr) ::abort();
    group_ = name;
  }
  ~GroupDirectory() override { fs::remove_all(group_); }

  std::string write(const std::string& content) const {
    std::ofstream(group_ / "file") << content;
    return group_ / "file";
  }
  void make(const std::string& name) const { fs::create_directories(group_ / name); }
  bool has_after_sweep(const std::string& name) const {
    sweep_stale_runs(group_);
    return fs::exists(group_ / name);
  }
  // As run_name() is in another process of this pid namespace.
  static std::string run_of(const std::string& pid, const std::string& ticks) {
    const std::string own = run_name();
    const std::string process = own_pid() + '-' + stat_field(own_pid(), 22).value();
    return own.substr(0, own.size() - process.size()) + pid + '-' + ticks;
  }

  fs::path group_;
};

using WordsOfAFile = GroupDirectory;

TEST_F(WordsOfAFile, AreBetweenBlanksAndLineEnds) {
  EXPECT_EQ(words_of(write("cpu  io\nmemory\n")), (Words{"cpu", "io", "memory"}));
}

TEST_F(WordsOfAFile, ThatIsNotThereAreNone) { EXPECT_EQ(words_of(group_ / "not there"), Words{}); }

TEST_F(WordsOfAFile, AreListedWhereTheyAreWhole) {
  const std::string file = write("cpuset memory\n");
  EXPECT_TRUE(lists(file, "cpuset"));
  EXPECT_FALSE(lists(file, "cpu"));
}

using StaleRuns = GroupDirectory;

TEST_F(StaleRuns, AreRemovedWithTheGroupsOfTheirCells) {
  const std::string run = run_of(kNoProcess, "5");
  make(run + "/cell-1");
  make(run + "/cell-2");
  EXPECT_FALSE(has_after_sweep(run));
}

TEST_F(StaleRuns, AreRemovedWhereOnlyACellHasAGroup) {
  const std::string cell = run_of(kNoProcess, "5.cell-7");
  make(cell);
  EXPECT_FALSE(has_after_sweep(cell));
}

TEST_F(StaleRuns, AreThoseOfAnEarlierProcessWithTheSameNumber) {
  const std::string run = run_of(own_pid(), "1");
  make(run);
  EXPECT_FALSE(has_after_sweep(run));
}

TEST_F(StaleRuns, AreThoseOfAProcessThatOnlyWaitsToBeReaped) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
  const std::string pid = std::to_string(child);
  const std::string run = run_of(pid, stat_field(pid, 22).value());
  make(run);
  EXPECT_FALSE(has_after_sweep(run));
  ::waitpid(child, nullptr, 0);
}

TEST_F(StaleRuns, AreNotThoseOfALivingProcess) {
  make(run_name());
  EXPECT_TRUE(has_after_sweep(run_name()));
}

TEST_F(StaleRuns, AreNotTheCellsOfALivingProcess) {
  make(run_name() + ".cell-7");
  EXPECT_TRUE(has_after_sweep(run_name() + ".cell-7"));
}

TEST_F(StaleRuns, AreNotToBeToldInAnotherPidNamespace) {
  const std::string run = std::string("cloister-1-") + kNoProcess + "-5";
  make(run);
  EXPECT_TRUE(has_after_sweep(run));
}

TEST_F(StaleRuns, AreNotWhatBelongsToOthers) {
  make("system.slice");
  EXPECT_TRUE(has_after_sweep("system.slice"));
}

TEST_F(StaleRuns, StayWhereACellStillHasProcesses) {
  const std::string run = run_of(kNoProcess, "5");
  make(run + "/cell-1/busy");  // a directory that rmdir(2) refuses, as it does a busy group
  EXPECT_TRUE(has_after_sweep(run + "/cell-1"));
}

TEST(CgroupMounts, AreAllThatAreMounted) {
  const std::string table = read_file("/proc/self/mountinfo").value();
  std::size_t mounted = 0;
  for (std::size_t at = 0; (at = table.find(" - cgroup", at)) != std::string::npos; ++at) ++mounted;
  EXPECT_EQ(cgroup_mounts().size(), mounted);
}

TEST(CgroupMounts, HaveTheGroupThatThisProcessIsIn) {
  for (const CgroupMount& mount : cgroup_mounts()) {
    // A container may have mounted something else over it.
    const std::string processes = mount.group + "/cgroup.procs";
    if (mount.group.empty() || !fs::exists(processes)) continue;
    EXPECT_TRUE(lists(processes, own_pid())) << mount.group;
  }
}

TEST(CgroupMounts, HaveControllersInVersionOneAlone) {
  for (const CgroupMount& mount : cgroup_mounts())
    EXPECT_EQ(mount.controllers.empty(), mount.version == CgroupVersion::kV2) << mount.top;
}

}  // namespace
}  // namespace cloister
