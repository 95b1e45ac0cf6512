// Which caps may be asked for, and what becomes of them without cgroups.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "framework/plan/plan.h"
#include "selftests/framework/plan/made_up_facts.h"

namespace cloister {
namespace {

using namespace std::chrono_literals;

std::string refusal(const CellConfig& config, const HostFacts& facts) {
  const auto plan = make_plan(config, facts);
  return plan ? "" : plan.error().text();
}

std::string root_refusal(const CellConfig& config) {
  return refusal(config, root_host(CgroupVersion::kV2));
}

struct Small {
  CellConfig config;
  const char* words;
};

class TooSmall : public testing::TestWithParam<Small> {};
TEST_P(TooSmall, IsRefusedWithTheSmallestThatWorks) {
  EXPECT_EQ(root_refusal(GetParam().config), GetParam().words);
}
const Small kSmall[] = {
    {CellConfig{}.with_memory(4_KiB),
     "cannot run a test with a memory cap of 4 KiB: that is too small to run in; the smallest that "
     "works is 512 KiB"},
    {CellConfig{}.with_memory_high(4_KiB),
     "cannot run a test with a soft memory cap of 4 KiB: that is too small to run in; the smallest "
     "that works is 512 KiB"},
    {CellConfig{}.with_processes(0),
     "cannot run a test with a process cap of 0: that is too small to run in; the smallest that "
     "works is 1"},
    {CellConfig{}.with_cpus(0.001),
     "cannot run a test with a CPU cap of 0.001: that is too small to run in; the smallest that "
     "works is 0.01"},
    {CellConfig{}.with_tmp_size(Bytes{0}),
     "cannot run a test with a /tmp of 0 bytes: that is too small to run in; the smallest that "
     "works is 4 KiB"},
    {CellConfig{}.with_shm_size(Bytes{1}),
     "cannot run a test with a /dev/shm of 1 bytes: that is too small to run in; the smallest that "
     "works is 4 KiB"},
    {CellConfig{}.with_tmpfs_inodes(0),
     "cannot run a test with a cap on files in a tmpfs of 0: that is too small to run in; the "
     "smallest that works is 1"},
    {CellConfig{}.with_open_files(2),
     "cannot run a test with a cap on open files of 2: that is too small to run in; the smallest "
     "that works is 3"},
    {CellConfig{}.with_output(Bytes{0}),
     "cannot run a test with a kept output of 0 bytes: that is too small to run in; the smallest "
     "that works is 1 bytes"},
    {CellConfig{}.with_deadline(1ms),
     "cannot run a test with a deadline of 1 ms: that is too small to run in; the smallest that "
     "works is 10 ms"},
    {CellConfig{}.with_cpu_time(-1ms),
     "cannot run a test with a CPU-time deadline of -1 ms: that is too small to run in; the "
     "smallest that works is 10 ms"}};
INSTANTIATE_TEST_SUITE_P(Caps, TooSmall, testing::ValuesIn(kSmall));

TEST(Limits, ThatLiftACapAreNotTooSmall) {
  EXPECT_EQ(
      root_refusal(
          CellConfig{}.with_memory(Bytes{0}).with_cpus(0).with_deadline(0ms).with_cpu_time(0ms)),
      "");
}

TEST(Limits, BeyondTheRunsOwnAreRefused) {
  HostFacts facts = ordinary_host();
  facts.hard_limits = {{RLIMIT_NOFILE, 1024}};
  EXPECT_EQ(refusal(CellConfig{}.with_open_files(1024), facts), "");
  EXPECT_EQ(refusal(CellConfig{}.with_open_files(1025), facts),
            "cannot give this test 1025 open files: the run's own hard limit is 1024; raise that "
            "with ulimit -H as root, or with LimitNOFILE= and the like");
}

TEST(Limits, AreResourceLimitsOfTheGuest) {
  const auto plan =
      make_plan(CellConfig{}.with_open_files(16).with_file_size(1_MiB).with_core_size(Bytes{0}),
                ordinary_host());
  EXPECT_EQ(
      plan->guest.limits,
      (std::vector<ResourceLimit>{{RLIMIT_FSIZE, 1048576}, {RLIMIT_CORE, 0}, {RLIMIT_NOFILE, 16}}));
}

TEST(CpuSet, WithoutACgroupIsAnAffinity) {
  EXPECT_EQ(make_plan(CellConfig{}.with_cpu_set("1-2"), ordinary_host())->guest.cpus,
            (std::vector<int>{1, 2}));
  EXPECT_TRUE(make_plan(CellConfig{}.with_cpu_set("1-2"), root_host(CgroupVersion::kV1))
                  ->guest.cpus.empty());
}

TEST(CpuSet, OfAnotherRunsProcessorsIsRefused) {
  EXPECT_EQ(root_refusal(CellConfig{}.with_cpu_set("3-4")),
            "cannot give this test processor 4: this run may use 0,1,2,3; ask for one of those");
  EXPECT_EQ(root_refusal(CellConfig{}.with_cpu_set("x")),
            "cannot give this test the CPU set 'x': that is no list of processors; write it as in "
            "\"0-3,6\"");
}

TEST(CpuTime, WithoutACgroupBoundsEachProcessToo) {
  EXPECT_EQ(make_plan(CellConfig{}.with_cpu_time(1500ms), ordinary_host())->guest.limits,
            (std::vector<ResourceLimit>{{RLIMIT_CPU, 3}}));
  EXPECT_TRUE(make_plan(CellConfig{}.with_cpu_time(1500ms), root_host(CgroupVersion::kV2))
                  ->guest.limits.empty());
}

class Lost : public testing::TestWithParam<std::pair<CellConfig, const char*>> {};
TEST_P(Lost, IsRefusedWithTheCure) {
  const auto& [config, name] = GetParam();
  const std::string words = refusal(config, ordinary_host());
  EXPECT_EQ(words.find(std::string("cannot give this test the ") + name + " it asks for: no "), 0U)
      << words;
  EXPECT_NE(words.find("; mount one"), std::string::npos) << words;
}
const std::pair<CellConfig, const char*> kLost[] = {
    {CellConfig{}.with_memory(64_MiB), "memory cap"},
    {CellConfig{}.with_memory_high(64_MiB), "soft memory cap"},
    {CellConfig{}.with_processes(8), "process cap"},
    {CellConfig{}.with_cpus(1), "CPU cap"},
    {CellConfig{}.with_io_read_rate(1_MiB), "I/O cap"},
    {CellConfig{}.with_io_write_rate(1_MiB), "I/O cap"}};
INSTANTIATE_TEST_SUITE_P(Caps, Lost, testing::ValuesIn(kLost));

TEST(InForce, HoldsTheDefaultsAndWhatWasAskedFor) {
  const auto plan = make_plan(CellConfig{}.with_memory(64_MiB), root_host(CgroupVersion::kV2));
  EXPECT_EQ(plan->in_force.memory, 64_MiB);
  EXPECT_EQ(plan->in_force.processes, 4096U);
  EXPECT_EQ(plan->in_force.deadline, 10min);
}

TEST(InForce, LeavesOutWhatTheHostCannotGive) {
  EXPECT_FALSE(make_plan(CellConfig{}, ordinary_host())->in_force.processes);
}

}  // namespace
}  // namespace cloister
