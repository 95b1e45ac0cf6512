// What the meter makes of files of the kernel, which are made up here but for one look at the real
// ones.
#include "framework/watch/load_meter.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace cloister {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class LoadMeters : public testing::Test {
 protected:
  LoadMeters() {
    fs::create_directories(directory_);
    facts_.cpus = {0, 1, 2, 3};
    idle_ticks({0, 0, 0, 0});
    write("meminfo", "MemTotal:       8192 kB\nMemFree:  1 kB\nMemAvailable:   6144 kB\n");
  }
  ~LoadMeters() override { fs::remove_all(directory_); }

  void write(const std::string& file, const std::string& content) const {
    fs::create_directories((directory_ / file).parent_path());
    std::ofstream(directory_ / file) << content;
  }
  // Of each processor since boot; a tick is 10 ms.
  void idle_ticks(const std::vector<int>& ticks) const {
    std::string text = "cpu  9 9 9 99999 9 9 9 0 0 0\n";
    for (std::size_t cpu = 0; cpu < ticks.size(); ++cpu) {
      text += "cpu" + std::to_string(cpu) + " 7 7 7 " + std::to_string(ticks[cpu]) +
              " 1000 7 7 0 0 0\n";
    }
    write("stat", text + "intr 1 2 3\n");
  }
  void in_group(CgroupVersion version, std::vector<std::string> controllers = {}) {
    facts_.cgroup_mounts.push_back(
        {version, directory_, directory_ / "above/own", std::move(controllers)});
  }
  LoadMeter meter() const { return LoadMeter(facts_, directory_); }

  const fs::path directory_ = testing::TempDir() + "cloister-load-" + std::to_string(getpid());
  const Admission::Time start_ = Admission::Time{} + 1s;
  HostFacts facts_;
};

TEST_F(LoadMeters, SeeNothingIdleAtFirst) {
  idle_ticks({100, 100, 100, 100});
  const Load load = meter()(start_);
  EXPECT_EQ(load.processors, 4);
  EXPECT_EQ(load.idle, 0);
}

TEST_F(LoadMeters, SeeWhatWasIdleBetweenTwoLooks) {
  auto meter = this->meter();
  meter(start_);
  idle_ticks({5, 5, 0, 0});
  EXPECT_NEAR(meter(start_ + 50ms).idle, 2, 0.01);
  idle_ticks({10, 8, 0, 0});
  EXPECT_NEAR(meter(start_ + 150ms).idle, 0.8, 0.01);
}

TEST_F(LoadMeters, SeeTheProcessorsOfTheRunOnly) {
  facts_.cpus = {1, 3};
  auto meter = this->meter();
  EXPECT_EQ(meter(start_).processors, 2);
  idle_ticks({5, 5, 5, 1});
  EXPECT_NEAR(meter(start_ + 100ms).idle, 0.6, 0.01);
}

TEST_F(LoadMeters, TakeWhatCannotBeReadForBusyAndFull) {
  fs::remove(directory_ / "stat");
  fs::remove(directory_ / "meminfo");
  auto meter = this->meter();
  meter(start_);
  const Load load = meter(start_ + 50ms);
  EXPECT_EQ(load.processors, 4);
  EXPECT_EQ(load.idle, 0);
  EXPECT_EQ(load.memory, 0_KiB);
}

TEST_F(LoadMeters, SeeTheMemoryThatIsAvailable) {
  const Load load = meter()(start_);
  EXPECT_EQ(load.memory, 6144_KiB);
  EXPECT_EQ(load.all_memory, 8192_KiB);
}

TEST_F(LoadMeters, SeeAQuotaOfVersion2AndItsRestOnly) {
  in_group(CgroupVersion::kV2);
  write("above/own/cpu.max", "max 100000\n");
  write("above/cpu.max", "150000 100000\n");
  write("above/cpu.stat", "usage_usec 1000000\nuser_usec 1\n");
  auto meter = this->meter();
  EXPECT_EQ(meter(start_).processors, 1.5);
  idle_ticks({10, 10, 10, 10});
  write("above/cpu.stat", "usage_usec 1100000\nuser_usec 1\n");
  EXPECT_NEAR(meter(start_ + 100ms).idle, 0.5, 0.01);
}

TEST_F(LoadMeters, SeeNoMoreIdleThanTheHostIsWithinAQuota) {
  in_group(CgroupVersion::kV2);
  write("above/own/cpu.max", "300000 100000\n");
  write("above/own/cpu.stat", "usage_usec 1000000\n");
  auto meter = this->meter();
  meter(start_);
  idle_ticks({4, 0, 0, 0});
  EXPECT_NEAR(meter(start_ + 100ms).idle, 0.4, 0.01);
}

TEST_F(LoadMeters, SeeAQuotaOfVersion1WithItsAccountingBeside) {
  in_group(CgroupVersion::kV1, {"cpu", "cpuacct"});
  write("above/own/cpu.cfs_quota_us", "50000\n");
  write("above/own/cpu.cfs_period_us", "100000\n");
  write("above/own/cpuacct.usage", "1000000000\n");
  write("above/cpu.cfs_quota_us", "-1\n");
  write("above/cpu.cfs_period_us", "100000\n");
  auto meter = this->meter();
  EXPECT_EQ(meter(start_).processors, 0.5);
  idle_ticks({10, 10, 10, 10});
  write("above/own/cpuacct.usage", "1030000000\n");
  EXPECT_NEAR(meter(start_ + 100ms).idle, 0.2, 0.01);
}

TEST_F(LoadMeters, SeeAQuotaOfVersion1WithItsAccountingElsewhere) {
  in_group(CgroupVersion::kV1, {"cpu"});
  facts_.cgroup_mounts.push_back(
      {CgroupVersion::kV1, directory_, directory_ / "counted", {"cpuacct"}});
  write("above/own/cpu.cfs_quota_us", "50000\n");
  write("above/own/cpu.cfs_period_us", "100000\n");
  write("counted/cpuacct.usage", "1000000000\n");
  auto meter = this->meter();
  meter(start_);
  idle_ticks({10, 10, 10, 10});
  write("counted/cpuacct.usage", "1020000000\n");
  EXPECT_NEAR(meter(start_ + 100ms).idle, 0.3, 0.01);
}

TEST_F(LoadMeters, TakeAQuotaWhoseUseCannotBeReadForUsed) {
  in_group(CgroupVersion::kV2);
  write("above/own/cpu.max", "150000 100000\n");
  auto meter = this->meter();
  meter(start_);
  idle_ticks({10, 10, 10, 10});
  EXPECT_EQ(meter(start_ + 100ms).idle, 0);
}

TEST_F(LoadMeters, SeeAMemoryCapWithTheCacheThatItCanDrop) {
  in_group(CgroupVersion::kV2);
  write("above/memory.max", "4194304\n");
  write("above/memory.current", "3145728\n");
  write("above/memory.stat", "anon 1\ninactive_file 1048576\n");
  const Load load = meter()(start_);
  EXPECT_EQ(load.memory, 2_MiB);
  EXPECT_EQ(load.all_memory, 4_MiB);
}

TEST_F(LoadMeters, SeeAMemoryCapOfVersion1) {
  in_group(CgroupVersion::kV1, {"memory"});
  write("memory.limit_in_bytes", "9223372036854771712\n");  // as the kernel says "none"
  write("above/own/memory.limit_in_bytes", "4194304\n");
  write("above/own/memory.usage_in_bytes", "3145728\n");
  write("above/own/memory.stat", "inactive_file 0\ntotal_inactive_file 1048576\n");
  const Load load = meter()(start_);
  EXPECT_EQ(load.memory, 2_MiB);
  EXPECT_EQ(load.all_memory, 4_MiB);
}

TEST_F(LoadMeters, SeeWhatTheHostHasWithinAMemoryCapThatIsWider) {
  in_group(CgroupVersion::kV2);
  write("above/own/memory.max", "7340032\n");
  write("above/own/memory.current", "0\n");
  EXPECT_EQ(meter()(start_).memory, 6144_KiB);
  EXPECT_EQ(meter()(start_).all_memory, 8192_KiB);
}

TEST_F(LoadMeters, FindTheirFilesOnThisHost) {
  LoadMeter meter(facts_);
  const Load load = meter(start_);
  EXPECT_GT(load.memory, 1_MiB);
  EXPECT_GT(load.all_memory, load.memory);
}

}  // namespace
}  // namespace cloister
