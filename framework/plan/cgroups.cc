// Caps and measurements: one cgroup per cell below the run's own directory, in v1 or v2 terms.
// File names: cgroup-v1/memory.rst, cgroup-v1/pids.rst and cgroup-v2.rst of the kernel's
// documentation.
#include <fmt/format.h>
#include <sched.h>

#include "framework/plan/facilities.h"

namespace cloister {
namespace {

constexpr std::uint32_t kProcesses =
    4096;  // a backstop against fork bombs, far above what a test needs

void cap_memory_v1(Bytes cap, CgroupPlan& group) {
  const std::string value = fmt::format("{}", cap.count);
  group.settings.push_back({"memory.limit_in_bytes", value});
  // Memory and swap together; the file exists only where swap is accounted, and must not be set
  // first.
  group.settings.push_back({"memory.memsw.limit_in_bytes", value, false});
}

void cap_memory_v2(Bytes cap, CgroupPlan& group) {
  group.settings.push_back({"memory.max", fmt::format("{}", cap.count)});
  group.settings.push_back({"memory.swap.max", "0", false});
  group.settings.push_back({"memory.oom.group", "1", false});
}

}  // namespace

void plan_cgroups(const CellConfig& config, const HostFacts& facts, std::uint32_t cell,
                  CellPlan& plan) {
  if (facts.has(Facility::kCgroupNamespace)) plan.inside.namespaces |= CLONE_NEWCGROUP;
  const Bytes memory = config.memory.value_or(Bytes{});
  for (const CgroupBase& base : facts.cgroups) {
    const bool v1 = base.version == CgroupVersion::kV1;
    CgroupPlan group{.directory = fmt::format("{}/cell-{}", base.run_directory, cell)};
    if (base.memory && facts.has(Facility::kMemoryCap)) {
      if (memory.count > 0) {
        plan.watch.memory_cap = memory;
        v1 ? cap_memory_v1(memory, group) : cap_memory_v2(memory, group);
      }
      group.readings.push_back(
          {Reading::kPeakMemory, v1 ? "memory.max_usage_in_bytes" : "memory.peak", ""});
      group.readings.push_back(
          {Reading::kOomKills, v1 ? "memory.oom_control" : "memory.events", "oom_kill"});
    }
    if (base.pids && facts.has(Facility::kProcessCap)) {
      group.settings.push_back(
          {"pids.max", fmt::format("{}", config.processes.value_or(kProcesses))});
      group.readings.push_back({Reading::kRefusedForks, "pids.events", "max"});
    }
    plan.inside.cgroups.push_back(std::move(group));
  }
}

}  // namespace cloister
