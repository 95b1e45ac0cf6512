// What is written to a cell's cgroups, in the words of both versions.
#include <gtest/gtest.h>

#include "framework/plan/plan.h"
#include "selftests/framework/plan/made_up_facts.h"

namespace cloister {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

CellPlan plan_for(const CellConfig& config, CgroupVersion version) {
  return make_plan(config, root_host(version)).value();
}

// "file=value", with the group's name before the files of version 1.
Texts settings_for(const CellConfig& config, CgroupVersion version) {
  Texts texts;
  for (const CgroupPlan& group : plan_for(config, version).inside.cgroups) {
    for (const CgroupSetting& setting : group.settings)
      texts.push_back(setting.file + "=" + setting.value);
  }
  return texts;
}

Texts v1(const CellConfig& config) { return settings_for(config, CgroupVersion::kV1); }
Texts v2(const CellConfig& config) { return settings_for(config, CgroupVersion::kV2); }

TEST(Cgroups, OfACellLieInTheRunsDirectory) {
  EXPECT_EQ(plan_for({}, CgroupVersion::kV2).inside.cgroups.front().stem, "/cg/run/cell-");
}

TEST(Cgroups, AreKeptFromTheGuestsOwnMountsUnlessItIsPrivileged) {
  const auto file = [](const CellConfig& config) {
    return plan_for(config, CgroupVersion::kV1).guest.cgroup_namespaces_file;
  };
  EXPECT_EQ(file({}), "/proc/sys/user/max_cgroup_namespaces");
  EXPECT_EQ(file(CellConfig{}.with_privileged()), "");
}

TEST(Cgroups, OfVersionOneAreNoMoreThanAreNeeded) {
  EXPECT_EQ(plan_for({}, CgroupVersion::kV1).inside.cgroups.size(), 2U);
  EXPECT_EQ(plan_for(CellConfig{}.with_cpus(1), CgroupVersion::kV1).inside.cgroups.size(), 3U);
}

TEST(Cgroups, ThatFewCellsAskForHaveNoDirectoryOfTheRun) {
  const auto plan = plan_for(CellConfig{}.with_cpus(1), CgroupVersion::kV1);
  EXPECT_EQ(plan.inside.cgroups.back().stem, "/cg/cpu/run.cell-");
}

TEST(Cgroups, BoundTheProcesses) {
  EXPECT_EQ(v1({}), Texts{"pids.max=4096"});
  EXPECT_EQ(v2(CellConfig{}.with_processes(32)), Texts{"pids.max=32"});
}

TEST(Cgroups, BoundTheMemoryAndForbidSwap) {
  const auto config = CellConfig{}.with_memory(64_MiB);
  EXPECT_EQ(v1(config), (Texts{"memory.limit_in_bytes=67108864",
                               "memory.memsw.limit_in_bytes=67108864", "pids.max=4096"}));
  EXPECT_EQ(v2(config), (Texts{"memory.max=67108864", "memory.swap.max=0", "memory.oom.group=1",
                               "pids.max=4096"}));
}

TEST(Cgroups, SlowMemoryDownInVersionTwo) {
  EXPECT_EQ(v2(CellConfig{}.with_memory_high(32_MiB)),
            (Texts{"memory.high=33554432", "pids.max=4096"}));
}

TEST(Cgroups, BoundTheProcessors) {
  EXPECT_EQ(v1(CellConfig{}.with_cpus(0.5)), (Texts{"pids.max=4096", "cpu.cfs_quota_us=50000"}));
  EXPECT_EQ(v2(CellConfig{}.with_cpus(2)), (Texts{"pids.max=4096", "cpu.max=200000 100000"}));
}

TEST(Cgroups, ChooseTheProcessors) {
  EXPECT_EQ(v1(CellConfig{}.with_cpu_set("0-1")),
            (Texts{"pids.max=4096", "cpuset.cpus=0-1", "cpuset.mems=0"}));
  EXPECT_EQ(v2(CellConfig{}.with_cpu_set("1")), (Texts{"pids.max=4096", "cpuset.cpus=1"}));
}

TEST(Cgroups, BoundTheUseOfEachBlockDevice) {
  const auto config = CellConfig{}.with_io_read_rate(1_MiB).with_io_write_rate(2_MiB);
  EXPECT_EQ(v1(config), (Texts{"pids.max=4096", "blkio.throttle.read_bps_device=8:0 1048576",
                               "blkio.throttle.write_bps_device=8:0 2097152"}));
  EXPECT_EQ(v2(config),
            (Texts{"pids.max=4096", "io.max=8:0 rbps=1048576", "io.max=8:0 wbps=2097152"}));
}

TEST(Cgroups, MeasureMemoryWithoutACap) {
  EXPECT_EQ(plan_for({}, CgroupVersion::kV2).inside.cgroups.front().readings.front(),
            (CgroupReading{Reading::kPeakMemory, {"memory.peak"}}));
}

TEST(Cgroups, CountProcessorTimeInVersionTwoAlways) {
  const auto gauge = [](const CellConfig& config, CgroupVersion version) {
    const WatchPlan watch = plan_for(config, version).watch;
    return watch.cpu_stem + "N/" + watch.cpu_gauge.file;
  };
  EXPECT_EQ(gauge({}, CgroupVersion::kV2), "/cg/run/cell-N/cpu.stat");
  EXPECT_EQ(gauge({}, CgroupVersion::kV1), "N/");
  EXPECT_EQ(gauge(CellConfig{}.with_cpu_time(1s), CgroupVersion::kV1),
            "/cg/cpuacct/run.cell-N/cpuacct.usage");
}

TEST(Cgroups, HaveTheNumberOfTheCellAtTheEndOfTheirNames) {
  EXPECT_EQ(cgroup_directory("/cg/run/cell-", 7), "/cg/run/cell-7");
  EXPECT_EQ(join_paths(plan_for({}, CgroupVersion::kV2), 4294967295),
            std::vector<std::string>{"/cg/run/cell-4294967295/cgroup.procs"});
}

}  // namespace
}  // namespace cloister
