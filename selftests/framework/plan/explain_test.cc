#include <gtest/gtest.h>

#include "framework/plan/plan.h"
#include "selftests/framework/plan/made_up_facts.h"

namespace cloister {
namespace {

TEST(Explain, ShowsEveryFactOfAPlan) {
  HostFacts facts = root_host(CgroupVersion::kV1);
  facts.needed_paths = {"/tmp/build/a_test"};
  const auto plan = make_plan(CellConfig{}.with_memory(64_MiB).with_keep_fds({5}), facts);
  ASSERT_TRUE(plan);
  EXPECT_EQ(explain(*plan, 7), R"(  namespaces  user pid mount network uts ipc cgroup
  uid map     0 -> 0 (4294967295)
  gid map     0 -> 0 (4294967295)
  step        make every mount private
  step        name 'cloister' in '/etc/hosts'
  step        mount proc on '/proc'
  step        make '/sys/fs/cgroup' read-only
  step        mount tmpfs on '/tmp' (1 GiB, 131072 inodes), keep 'build'
  step        mount tmpfs on '/dev/shm' (1 GiB, 131072 inodes)
  step        bring up loopback
  step        open ports below 1024
  step        set hostname 'cloister'
  cgroup      /cg/memory/run/cell-7, memory.limit_in_bytes=67108864, memory.memsw.limit_in_bytes=67108864
  cgroup      /cg/pids/run/cell-7, pids.max=4096
  capability  0x1fffe9fffff
  directory   /home/nun
  deadline    10 min
  notice      1 min
  output      16 MiB
  kept fds    5
)");
}

}  // namespace
}  // namespace cloister
