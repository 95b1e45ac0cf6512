// Which lines of /proc/PID/maps are memory that forks would share.
#include <gtest/gtest.h>

#include "adapters/googletest/before_the_run.h"

namespace cloister::googletest {
namespace {

using Words = std::vector<std::string>;

std::string line(const std::string& may, const std::string& name) {
  return "7f84bb916000-7f84bb918000 " + may + " 00000000 00:01 1027                       " + name +
         "\n";
}

class Shared : public testing::TestWithParam<const char*> {};
TEST_P(Shared, IsWhatNobodyElseCanMap) {
  EXPECT_EQ(shared_memory(line("rw-s", GetParam())), Words{std::string(GetParam()) + " of 8 KiB"});
}
INSTANTIATE_TEST_SUITE_P(Named, Shared,
                         testing::Values("/dev/zero (deleted)", "/memfd:a pool (deleted)",
                                         "/dev/shm/arena (deleted)", "/tmp/#17 (deleted)",
                                         "/anon_hugepage (deleted)"));

class NotShared : public testing::TestWithParam<const char*> {};
TEST_P(NotShared, IsWhatAProgramStartedAnewMapsAgain) {
  EXPECT_EQ(shared_memory(line("rw-s", GetParam())), Words{});
}
INSTANTIATE_TEST_SUITE_P(Named, NotShared,
                         testing::Values("/home/user/default.profraw", "/dev/shm/of-all",
                                         "/SYSV00c10150 (deleted)", "/dev/dri/renderD128",
                                         "/i915 (deleted)", "anon_inode:[perf_event]", ""));

TEST(SharedMemory, IsWritable) {
  EXPECT_EQ(shared_memory(line("r--s", "/dev/zero (deleted)")), Words{});
  EXPECT_EQ(shared_memory(line("-w-s", "/dev/zero (deleted)")).size(), 1U);
  EXPECT_EQ(shared_memory(line("rwxs", "/dev/zero (deleted)")).size(), 1U);
}
TEST(SharedMemory, IsNotPrivate) {
  EXPECT_EQ(shared_memory(line("rw-p", "/dev/zero (deleted)")), Words{});
}
TEST(SharedMemory, IsFoundAmongOthers) {
  EXPECT_EQ(shared_memory(line("rw-p", "[heap]") + line("rw-p", "") +
                          line("rw-s", "/dev/zero (deleted)") + line("r-xp", "/usr/bin/a b")),
            Words{"/dev/zero (deleted) of 8 KiB"});
}

}  // namespace
}  // namespace cloister::googletest
