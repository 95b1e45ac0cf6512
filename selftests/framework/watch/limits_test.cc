// The caps of a cell. A host that cannot enforce one says so before the guest runs, with the cure.
#include <errno.h>
#include <gtest/gtest.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "framework/host/probe.h"
#include "selftests/framework/watch/run_cells.h"

namespace cloister {
namespace {

void touch(std::size_t bytes) {
  auto* memory = static_cast<volatile char*>(malloc(bytes));
  for (std::size_t at = 0; at < bytes; at += 4096) memory[at] = 1;
}

// Whether this host lets this process make groups with caps.
bool host_caps() {
  HostFacts facts = gather_facts();
  find_cgroups(facts);
  return facts.has(Facility::kMemoryCap) && facts.has(Facility::kProcessCap);
}

void expect_refused(const CellReport& report, const std::string& what) {
  ASSERT_TRUE(std::holds_alternative<SetupFailed>(report.outcome));
  const std::string& why = std::get<SetupFailed>(report.outcome).why;
  EXPECT_NE(why.find("cannot give this test the " + what + " it asks for"), std::string::npos)
      << why;
  EXPECT_NE(why.find("; "), std::string::npos) << "a cure in " << why;
}

TEST(Limits, RootHasThemOnThisKindOfHost) { EXPECT_EQ(host_caps(), geteuid() == 0); }

TEST(Limits, MemoryOverTheCapIsOutOfMemoryWithItsPeak) {
  const auto report =
      run_cell(CellConfig{}.with_memory(64_MiB), [](GuestSide&) { touch(std::size_t{1} << 30); });
  if (!host_caps()) return expect_refused(report, "memory cap");
  ASSERT_TRUE(std::holds_alternative<OutOfMemory>(report.outcome));
  EXPECT_EQ(std::get<OutOfMemory>(report.outcome).cap, 64_MiB);
  EXPECT_GT(report.usage.peak_memory.count, (60_MiB).count);
  EXPECT_GE(report.usage.oom_kills, 1U);
}

TEST(Limits, MemoryUnderTheCapIsFine) {
  const auto report =
      run_cell(CellConfig{}.with_memory(64_MiB), [](GuestSide&) { touch(std::size_t{40} << 20); });
  if (!host_caps()) return expect_refused(report, "memory cap");
  EXPECT_TRUE(std::holds_alternative<Finished>(report.outcome));
  EXPECT_GT(report.usage.peak_memory.count, (40_MiB).count);
}

TEST(Limits, ProcessesOverTheCapAreRefused) {
  const auto report = run_cell(CellConfig{}.with_processes(8), [](GuestSide& guest) {
    int forked = 0;
    while (forked < 100) {
      const pid_t pid = fork();
      if (pid == 0) pause();
      if (pid < 0) break;
      ++forked;
    }
    guest.send(1, std::to_string(forked) + " " + strerrorname_np(errno));
  });
  if (!host_caps()) return expect_refused(report, "process cap");
  ASSERT_EQ(report.events.size(), 1U);
  EXPECT_EQ(report.events[0].payload, "7 EAGAIN");
  EXPECT_EQ(report.usage.refused_forks, 1U);
  EXPECT_EQ(report.survivor_count, 7U);
}

}  // namespace
}  // namespace cloister
