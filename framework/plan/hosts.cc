// The cell's own name in its own /etc/hosts: docs/decisions/0090.
#include <sched.h>

#include <algorithm>

#include "framework/plan/facilities.h"

namespace cloister {
namespace {

constexpr const char* kHosts = "/etc/hosts";
constexpr const char* kShm = "/dev/shm";

// Tmpfs of the cell that are there for sure to be written to; nothing else is mounted over them.
MountTmpfs* room_for_it(const CellRequest& request, CellPlan& plan) {
  if (request.has_own_root()) return nullptr;
  for (SetupStep& step : plan.inside.steps) {
    auto* tmpfs = std::get_if<MountTmpfs>(&step);
    if (tmpfs != nullptr && tmpfs->target == kShm) return tmpfs;
  }
  return nullptr;
}

}  // namespace

void plan_hosts(const CellRequest& request, CellPlan& plan) {
  constexpr std::uint64_t kNeeded = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS;
  if ((plan.inside.namespaces & kNeeded) != kNeeded) return;
  const auto is_it = [](const MountRequest& mount) { return mount.target == kHosts; };
  if (std::ranges::any_of(request.mounts, is_it)) return;  // the caller's own
  MountTmpfs* tmpfs = room_for_it(request, plan);
  if (tmpfs != nullptr) tmpfs->holds_hosts = true;
  plan.inside.steps.emplace_back(
      NameInHosts{*request.config.hostname, tmpfs == nullptr ? "" : tmpfs->target});
}

}  // namespace cloister
