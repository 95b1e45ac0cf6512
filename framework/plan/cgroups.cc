// The cgroups of a cell: one in each hierarchy that is needed, below the run's own directory there.
#include <fmt/format.h>
#include <sched.h>

#include <algorithm>

#include "framework/plan/caps.h"
#include "framework/plan/facilities.h"

namespace cloister {
namespace {

// Each group costs its making, its joining and its removal: in version 1 a cell has no more of them
// than it asked for.
bool is_needed(const CgroupBase& base, const CellConfig& config) {
  if (base.has(Controller::kCpuAccounting) &&
      config.cpu_time.value_or(std::chrono::milliseconds::zero()).count() > 0)
    return true;
  return std::ranges::any_of(facilities(), [&](const FacilityInfo& info) {
    return info.controller && base.has(*info.controller) &&
           (is_default(info.facility) || asks_for(config, info.facility));
  });
}

// A lone thread that moves itself through version 1's tasks waits for nobody. Every other write has
// the kernel wait until no thread of the machine forks, execs or exits (cgroup_threadgroup_rwsem),
// which under load is most of what a cell costs.
const char* join_file(CgroupVersion version) {
  return version == CgroupVersion::kV1 ? "tasks" : "cgroup.procs";
}

// The facility whose loss, found out by trying, takes the controller away.
bool is_lost(Controller controller, const HostFacts& facts) {
  return std::ranges::any_of(facilities(), [&](const FacilityInfo& info) {
    return info.controller == controller && is_default(info.facility) && !facts.has(info.facility);
  });
}

void plan_watching(const CgroupPlan& group, const CgroupBase& base, WatchPlan& watch) {
  const bool v1 = base.version == CgroupVersion::kV1;
  if (base.has(Controller::kCpuAccounting)) {
    watch.cpu_stem = group.stem;
    watch.cpu_gauge = v1 ? Gauge{"cpuacct.usage", "", kNanosecondsPerMicrosecond}
                         : Gauge{"cpu.stat", "usage_usec"};
  }
  if (base.has(Controller::kMemory) && watch.memory_cap.count > 0) {
    watch.memory_stem = group.stem;
    watch.memory_version = base.version;
  }
}

// Whoever has a user namespace of its own below the cell's may mount there, and in a cgroup
// namespace made there the groups that it is in, writable: cgroup_namespaces(7). A limit on the
// cell's user namespace holds for those below, too: namespaces(7), "The /proc/sys/user directory".
void keep_in(const CellRequest& request, const HostFacts& facts, CellPlan& plan) {
  const bool has_file = facts.has(Facility::kUserNamespace) && facts.has(Facility::kPrivateProc) &&
                        facts.has(Facility::kPidNamespace) && facts.has(Facility::kMountNamespace);
  if (plan.inside.cgroups.empty() || !has_file || request.keeps_capabilities()) return;
  plan.guest.cgroup_namespaces_file = request.proc_target + "/sys/user/max_cgroup_namespaces";
}

}  // namespace

std::string cgroup_directory(std::string_view stem, std::uint32_t cell) {
  return fmt::format("{}{}", stem, cell);
}

std::vector<std::string> join_paths(const CellPlan& plan, std::uint32_t cell) {
  std::vector<std::string> paths;
  paths.reserve(plan.inside.cgroups.size());
  for (const CgroupPlan& group : plan.inside.cgroups)
    paths.push_back(cgroup_directory(group.stem, cell) + "/" + group.join_file);
  return paths;
}

void plan_cgroups(const CellRequest& request, const HostFacts& facts, CellPlan& plan) {
  const CellConfig& config = request.config;
  if (facts.has(Facility::kCgroupNamespace)) plan.inside.namespaces |= CLONE_NEWCGROUP;
  if (facts.has(Facility::kMemoryCap)) plan.watch.memory_cap = config.memory.value_or(Bytes{});
  for (const CgroupBase& base : facts.cgroups) {
    if (!is_needed(base, config)) continue;
    CgroupPlan group{
        .stem = fmt::format("{}{}cell-", base.run_directory, base.on_demand ? "." : "/"),
        .join_file = join_file(base.version),
        .settings = {},
        .readings = {}};
    for (const Controller controller : base.controllers) {
      if (!is_lost(controller, facts)) plan_controller(controller, config, facts, base, group);
    }
    plan_watching(group, base, plan.watch);
    plan.inside.cgroups.push_back(std::move(group));
  }
  keep_in(request, facts, plan);
}

}  // namespace cloister
