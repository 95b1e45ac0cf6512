// Whoever interrupts a benchmark finds the machine as it was.
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <set>
#include <string>

#include "selftests/support/host_state.h"
#include "selftests/support/run_program.h"

namespace cloister::benchmarks {
namespace {

namespace fs = std::filesystem;

pid_t start_bench(const char* group) {
  const pid_t bench = fork();
  if (bench == 0) {
    execl(BENCH_PROGRAMS "/bench", "bench", group, nullptr);
    _exit(127);
  }
  return bench;
}

bool has_groups(pid_t bench) {
  const std::string name = "cloister-bench-" + std::to_string(bench) + "-";
  for (const auto& entry : fs::recursive_directory_iterator(
           "/sys/fs/cgroup", fs::directory_options::skip_permission_denied)) {
    if (entry.path().filename().string().starts_with(name)) return true;
  }
  return false;
}

std::set<std::string> directories() {
  std::set<std::string> found;
  for (const auto& entry : fs::directory_iterator("/var/tmp")) {
    if (entry.path().filename().string().starts_with("cloister-bench.")) found.insert(entry.path());
  }
  return found;
}

TEST(Interruption, ByTheUserLeavesNothingAndEndsByTheSignal) {
  for (const char* group : {"trivial", "mounts"}) {
    const selftests::HostState before;
    const auto there = directories();
    const pid_t bench = start_bench(group);
    // The benchmark itself is one process.
    EXPECT_TRUE(selftests::holds_within(std::chrono::seconds(10),
                                        [] { return selftests::descendants().size() >= 3; }));
    kill(bench, SIGINT);
    int status = 0;
    ASSERT_EQ(waitpid(bench, &status, 0), bench);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) << group;
    EXPECT_EQ(selftests::left_since(before), "") << group;
    EXPECT_FALSE(has_groups(bench)) << group;
    EXPECT_EQ(directories(), there) << group;
  }
}

}  // namespace
}  // namespace cloister::benchmarks
