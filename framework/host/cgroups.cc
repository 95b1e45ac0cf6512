// Below the run's own group, in whichever hierarchies the host has mounted.
#include "framework/host/cgroups.h"

#include <errno.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "framework/host/cgroup_leaf.h"
#include "framework/host/cgroup_tree.h"
#include "framework/host/cures.h"
#include "framework/kernel/fd.h"

namespace cloister {
namespace {

// A new group of version 1 has no memory nodes, and so takes no process: cpuset(7).
std::string memory_nodes_of(const std::string& group) {
  const auto words = words_of(group + "/cpuset.mems");
  return words.empty() ? "" : words.front();
}

struct Search {
  bool mounted = false;  // a version 1 hierarchy has the controller, and so version 2 has not
  std::string reason;    // why the run cannot use it; empty when it can
};

Search find_in_v1(Controller controller, const std::vector<CgroupMount>& mounts,
                  const std::string& run, HostFacts& facts) {
  const std::string name(controller_name(controller, CgroupVersion::kV1));
  Search search{false, fmt::format("no cgroup hierarchy with the {} controller is mounted", name)};
  for (const CgroupMount& mount : mounts) {
    if (mount.version != CgroupVersion::kV1 ||
        std::ranges::find(mount.controllers, name) == mount.controllers.end()) {
      continue;
    }
    search.mounted = true;
    if (mount.group.empty() || ::access(mount.group.c_str(), W_OK) != 0) {
      search.reason =
          mount.group.empty()
              ? fmt::format("its cgroup of the {} controller lies outside of what is mounted", name)
              : fmt::format("cannot write to its cgroup '{}': {}", mount.group, errno_text(errno));
      continue;
    }
    sweep_stale_runs(mount.group);
    const std::string run_directory = mount.group + "/" + run;
    auto base = std::ranges::find(facts.cgroups, run_directory, &CgroupBase::run_directory);
    if (base == facts.cgroups.end()) {
      facts.cgroups.push_back(
          {.version = CgroupVersion::kV1, .run_directory = run_directory, .group = mount.group});
      base = facts.cgroups.end() - 1;
    }
    base->controllers.push_back(controller);
    base->on_demand = !base->has(Controller::kMemory) && !base->has(Controller::kPids);
    if (controller == Controller::kCpuset) base->memory_nodes = memory_nodes_of(mount.group);
    return {true, ""};
  }
  return search;
}

// Version 2, for the controllers that version 1 does not have: a controller works in one of the
// two. Returns why some are still missing; nothing where version 2 has no controllers, as on a
// hybrid host.
std::map<Controller, std::string> find_in_v2(std::span<const Controller> wanted,
                                             const std::vector<CgroupMount>& mounts,
                                             const std::string& run, HostFacts& facts) {
  for (const CgroupMount& mount : mounts) {
    if (mount.version != CgroupVersion::kV2 || mount.group.empty() ||
        words_of(mount.group + "/cgroup.controllers").empty()) {
      continue;
    }
    ReadyGroup ready = ready_group(mount.group, wanted);
    if (!ready.base.controllers.empty()) {
      sweep_stale_runs(ready.base.group);
      ready.base.run_directory = ready.base.group + "/" + run;
      ready.base.controllers.push_back(Controller::kCpuAccounting);
      facts.cgroups.push_back(std::move(ready.base));
    }
    return ready.missing;
  }
  return {};
}

void lose_cap(HostFacts& facts, Facility facility, std::string why) {
  facts.losses.push_back({facility, std::move(why), cure_for(facility, facts)});
}

}  // namespace

void find_cgroups(HostFacts& facts) {
  facts.cgroup_mounts = cgroup_mounts();
  const auto& mounts = facts.cgroup_mounts;
  const std::string run = run_name();
  std::vector<Controller> missing;
  std::map<Controller, std::string> reasons;
  for (const auto& [controller, in_v1, in_v2] : kControllers) {
    Search search = find_in_v1(controller, mounts, run, facts);
    if (search.reason.empty()) continue;
    reasons[controller] = std::move(search.reason);
    if (!search.mounted && controller != Controller::kCpuAccounting) missing.push_back(controller);
  }
  if (!missing.empty()) {
    for (auto& [controller, reason] : find_in_v2(missing, mounts, run, facts))
      reasons[controller] = std::move(reason);
  }
  for (const FacilityInfo& info : facilities()) {
    if (info.controller && facts.base_with(*info.controller) == nullptr)
      lose_cap(facts, info.facility, reasons[*info.controller]);
  }
  const CgroupBase* memory = facts.base_with(Controller::kMemory);
  if (memory == nullptr) {
    lose_cap(facts, Facility::kSoftMemoryCap, facts.loss_of(Facility::kMemoryCap)->why);
  } else if (memory->version == CgroupVersion::kV1) {
    lose_cap(
        facts, Facility::kSoftMemoryCap,
        "memory.high is of cgroup version 2, and the memory controller is under version 1 here");
  }
}

Result<void> prepare_run_directories(const HostFacts& facts) {
  for (const CgroupBase& base : facts.cgroups) {
    if (base.version == CgroupVersion::kV1) continue;
    std::string enable;
    for (const Controller controller : base.controllers) {
      if (controller == Controller::kCpuAccounting) continue;
      enable += fmt::format("+{} ", controller_name(controller, base.version));
    }
    if (auto written = write_file(base.run_directory + "/cgroup.subtree_control", enable); !written)
      return written;
  }
  return {};
}

}  // namespace cloister
