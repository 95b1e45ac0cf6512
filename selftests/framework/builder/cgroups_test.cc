// The builder's work on cgroups, in plain directories: what it makes, writes, reads and removes.
#include "framework/builder/cgroups.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "framework/kernel/fd.h"
#include "framework/plan/encode.h"

namespace cloister {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kCell = 7;

// In front of an encoded plan's cgroups: namespaces, setgroups, the network, and two empty maps.
constexpr std::size_t kBeforeCgroups = 8 + 1 + 1 + 4 + 4;

class CgroupsOfACell : public testing::Test {
 protected:
  CgroupsOfACell() {
    char name[] = "/tmp/cloister-builder-XXXXXX";
    if (::mkdtemp(name) == nullptr) ::abort();
    root = name;
  }
  ~CgroupsOfACell() override { fs::remove_all(root); }

  // As the builder gets them, with what is behind them in a plan.
  static std::string encoded(std::vector<CgroupPlan> groups) {
    return encode({.cgroups = std::move(groups)}).substr(kBeforeCgroups);
  }
  CgroupPlan group(const std::string& name = "cell-") const { return {.stem = root / name}; }
  // A file of the group, as the kernel makes them.
  void put(const std::string& file, const std::string& content) const {
    fs::create_directories(root / "cell-7");
    std::ofstream(root / "cell-7" / file) << content;
  }
  bool make(const std::vector<CgroupPlan>& groups) {
    const std::string bytes = encoded(groups);
    ByteReader plan(bytes);
    return make_cgroups(plan, kCell, failure);
  }
  bool remove() const { return remove_cgroups(ByteReader(encoded({group()})), kCell); }
  std::uint64_t read(const CgroupReading& reading, bool early = false) const {
    CgroupPlan one = group();
    one.readings = {reading};
    std::uint64_t readings[kReadingCount] = {};
    read_cgroups(ByteReader(encoded({one})), kCell, early, readings);
    return readings[static_cast<int>(reading.reading)];
  }

  fs::path root;
  InsideReply failure;
};

TEST_F(CgroupsOfACell, AreDirectoriesWithItsNumber) {
  EXPECT_TRUE(make({group("a-"), group("b-")}));
  EXPECT_TRUE(fs::is_directory(root / "a-7"));
  EXPECT_TRUE(fs::is_directory(root / "b-7"));
}

TEST_F(CgroupsOfACell, MayBeThereAlready) {
  EXPECT_TRUE(make({group()}));
  EXPECT_TRUE(make({group()}));
}

TEST_F(CgroupsOfACell, ThatCannotBeMadeAreNamed) {
  EXPECT_FALSE(make({group("not there/cell-")}));
  EXPECT_EQ(failure.error, ENOENT);
  EXPECT_EQ(failure.doing, "make cgroup '" + (root / "not there/cell-7").string() + "'");
}

TEST_F(CgroupsOfACell, AreToldTheirSettings) {
  put("pids.max", "max\n");
  CgroupPlan with_settings = group();
  with_settings.settings = {{"pids.max", "4096"}};
  EXPECT_TRUE(make({with_settings}));
  EXPECT_EQ(read_file(root / "cell-7/pids.max").value().substr(0, 4), "4096");
}

TEST_F(CgroupsOfACell, NameASettingThatTheyDoNotHave) {
  CgroupPlan with_settings = group();
  with_settings.settings = {{"memory.max", "64"}};
  EXPECT_FALSE(make({with_settings}));
  EXPECT_EQ(failure.error, ENOENT);
  EXPECT_EQ(failure.doing, "write '64' to '" + (root / "cell-7/memory.max").string() + "'");
}

TEST_F(CgroupsOfACell, GoWithoutASettingThatIsNotOnEveryKernel) {
  CgroupPlan with_settings = group();
  with_settings.settings = {{"memory.swap.max", "0", false}};
  EXPECT_TRUE(make({with_settings}));
}

TEST_F(CgroupsOfACell, AreReadToTheirEndWhenTheyAreMade) {
  CgroupPlan with_all = group();
  with_all.settings = {{"memory.swap.max", "0", false}};
  with_all.readings = {{Reading::kOomKills, "memory.events", "oom_kill"}};
  const std::string bytes = encoded({with_all});
  ByteReader plan(bytes);
  ASSERT_TRUE(make_cgroups(plan, kCell, failure));
  EXPECT_EQ(plan.number<std::uint8_t>(), 0);  // where to look for what is left
  EXPECT_EQ(plan.count(), 0U);                // steps
  EXPECT_TRUE(plan.ok() && plan.at_end());
}

TEST_F(CgroupsOfACell, HaveNumbersInFiles) {
  put("memory.peak", "4711\n");
  EXPECT_EQ(read({Reading::kPeakMemory, "memory.peak"}), 4711U);
}

TEST_F(CgroupsOfACell, HaveNumbersInLinesWithKeys) {
  put("memory.events", "oom 1\noom_kill_all 3\noom_kill 2\n");
  EXPECT_EQ(read({Reading::kOomKills, "memory.events", "oom_kill"}), 2U);
}

TEST_F(CgroupsOfACell, HaveNumbersThatAreAddedUp) {
  put("io.stat", "8:0 rbytes=10 wbytes=1\n8:16 rbytes=20 wbytes=2\n");
  EXPECT_EQ(read({Reading::kIoRead, "io.stat", "rbytes="}), 30U);
}

TEST_F(CgroupsOfACell, HaveNumbersInUnitsOfTheirOwn) {
  put("cpuacct.usage", "5999\n");
  EXPECT_EQ(read({Reading::kUserCpu, "cpuacct.usage", "", 1000}), 5U);
}

TEST_F(CgroupsOfACell, HaveNothingInFilesThatAreNotThere) {
  EXPECT_EQ(read({Reading::kPeakMemory, "memory.peak"}), 0U);
}

TEST_F(CgroupsOfACell, HaveNothingUnderAKeyThatIsNotThere) {
  put("memory.events", "oom_kill 2\n");
  EXPECT_EQ(read({Reading::kOomKills, "memory.events", "kill"}), 0U);
}

TEST_F(CgroupsOfACell, AreReadForOneThingWhileInitHoldsItsMountsAndForTheRestLater) {
  put("file", "1\n");
  EXPECT_EQ(read({Reading::kFileMemory, "file"}, true), 1U);
  EXPECT_EQ(read({Reading::kFileMemory, "file"}, false), 0U);
  EXPECT_EQ(read({Reading::kPeakMemory, "file"}, true), 0U);
}

TEST_F(CgroupsOfACell, AreRemoved) {
  make({group()});
  EXPECT_TRUE(remove());
  EXPECT_FALSE(fs::exists(root / "cell-7"));
}

TEST_F(CgroupsOfACell, ThatAreNotThereAreRemoved) { EXPECT_TRUE(remove()); }

TEST_F(CgroupsOfACell, ThatAreBusyAreNotRemoved) {
  put("process", "");  // rmdir(2) refuses either
  EXPECT_FALSE(remove());
}

TEST_F(CgroupsOfACell, AreRemovedThoughAnotherIsBusy) {
  put("process", "");
  make({group(), group("other-")});
  EXPECT_FALSE(remove_cgroups(ByteReader(encoded({group(), group("other-")})), kCell));
  EXPECT_FALSE(fs::exists(root / "other-7"));
}

TEST_F(CgroupsOfACell, AreKilledProcessByProcess) {
  const pid_t child = ::fork();
  if (child == 0) {
    while (true) ::pause();
  }
  put("cgroup.procs", std::to_string(child) + "\n");
  kill_cgroups(ByteReader(encoded({group()})), kCell);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

// Those of a whole run: directory, group, what to disable at the end, leaf.
class CgroupsOfARun : public CgroupsOfACell {
 protected:
  std::string encoded_run(const std::string& disable = "") const {
    ByteWriter out;
    out.number(std::uint32_t{1});
    for (const std::string& text : {(root / "run").string(), root.string(), disable, std::string()})
      out.text(text);
    return out.bytes();
  }
};

TEST_F(CgroupsOfARun, AreMade) {
  EXPECT_TRUE(make_run_cgroups(ByteReader(encoded_run()), failure));
  EXPECT_TRUE(fs::is_directory(root / "run"));
}

TEST_F(CgroupsOfARun, AreRemovedAtItsEnd) {
  make_run_cgroups(ByteReader(encoded_run()), failure);
  undo_run_cgroups(ByteReader(encoded_run()));
  EXPECT_FALSE(fs::exists(root / "run"));
}

TEST_F(CgroupsOfARun, TakeBackWhatTheirGroupHandedOn) {
  std::ofstream(root / "cgroup.subtree_control") << "";
  undo_run_cgroups(ByteReader(encoded_run("-memory -pids")));
  EXPECT_EQ(read_file(root / "cgroup.subtree_control").value(), "-memory -pids");
}

}  // namespace
}  // namespace cloister
