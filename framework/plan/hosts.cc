// The cell's own name in its own /etc/hosts: docs/decisions/0090.
#include <sched.h>

#include <algorithm>

#include "framework/plan/facilities.h"

namespace cloister {
namespace {

constexpr const char* kHosts = "/etc/hosts";

}  // namespace

void plan_hosts(const CellRequest& request, CellPlan& plan) {
  constexpr std::uint64_t kNeeded = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS;
  if ((plan.inside.namespaces & kNeeded) != kNeeded) return;
  const auto is_it = [](const MountRequest& mount) { return mount.target == kHosts; };
  if (std::ranges::any_of(request.mounts, is_it)) return;  // the caller's own
  // Before the new root is entered there is only the host's file.
  const auto mounts_proc = [](const SetupStep& step) {
    return step == SetupStep{MountProc{"/proc"}};
  };
  std::vector<SetupStep>& steps = plan.inside.steps;
  const auto at = request.has_own_root() ? steps.end() : std::ranges::find_if(steps, mounts_proc);
  steps.insert(at, NameInHosts{*request.config.hostname, at != steps.end()});
}

}  // namespace cloister
