// The file view: private /proc, /tmp and /dev/shm over the host's tree.
#include <sched.h>

#include <algorithm>

#include "framework/plan/facilities.h"

namespace cloister {
namespace {

// The entries of `target` that lead to a needed path. The whole entry stays, not just the path: a
// build tree reaches its own siblings through "..".
std::vector<std::string> entries_to_keep(const std::string& target, const HostFacts& facts) {
  std::vector<std::string> names;
  for (const std::string& path : facts.needed_paths) {
    if (!path.starts_with(target + "/")) continue;
    std::string name = path.substr(target.size() + 1);
    name = name.substr(0, name.find('/'));
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

}  // namespace

void plan_mounts(const CellConfig& config, const HostFacts& facts, CellPlan& plan) {
  if (!facts.has(Facility::kMountNamespace)) return;
  plan.inside.namespaces |= CLONE_NEWNS;
  auto& steps = plan.inside.steps;
  // Private first (systemd shares "/", and what is mounted next must not leak out):
  // mount_namespaces(7).
  steps.emplace_back(MakeMountsPrivate{});
  if (facts.has(Facility::kPrivateProc) && facts.has(Facility::kPidNamespace)) {
    steps.emplace_back(MountProc{});
  }
  // Without this a root guest could leave its cgroup by writing to the host's cgroup file system.
  if (!plan.inside.cgroups.empty() || !facts.cgroups.empty()) {
    steps.emplace_back(MakeReadOnly{"/sys/fs/cgroup"});
  }
  if (!config.private_tmp.value_or(true) || !facts.has(Facility::kPrivateTmp)) return;
  const std::pair<std::string, Bytes> targets[] = {{"/tmp", *config.tmp_size},
                                                   {"/dev/shm", *config.shm_size}};
  for (const auto& [target, size] : targets) {
    std::vector<std::string> keep = entries_to_keep(target, facts);
    steps.emplace_back(MountTmpfs{target, size.count, *config.tmpfs_inodes, std::move(keep)});
    plan.watch.tmpfs.push_back(target);
  }
}

}  // namespace cloister
