// Identity: which ids exist inside, and which capabilities a guest that is root there keeps.
#include <linux/capability.h>
#include <sched.h>

#include "framework/plan/facilities.h"

namespace cloister {
namespace {

constexpr std::uint64_t kEveryCapability = (std::uint64_t{1} << (CAP_LAST_CAP + 1)) - 1;

// A root guest may chown, drop to another user, configure its own network. It may not mount (and so
// not undo the read-only cgroup file system it is capped by) nor end its init by reboot(2).
constexpr std::uint64_t kWithheld =
    (std::uint64_t{1} << CAP_SYS_ADMIN) | (std::uint64_t{1} << CAP_SYS_BOOT);

std::vector<IdMapping> same_inside_and_outside(const std::vector<IdRange>& ranges) {
  std::vector<IdMapping> map;
  map.reserve(ranges.size());
  for (const IdRange& range : ranges) map.push_back({range.first, range.first, range.count});
  return map;
}

}  // namespace

void plan_users(const CellConfig& config, const HostFacts& facts, CellPlan& plan) {
  const bool has_namespace = facts.has(Facility::kUserNamespace);
  const bool root_inside = facts.uid == 0 || (has_namespace && config.as_root.value_or(false));
  if (root_inside) {
    const bool everything = config.privileged.value_or(false) || !has_namespace;
    plan.guest.capabilities = everything ? kEveryCapability : kEveryCapability & ~kWithheld;
  }
  if (!has_namespace) return;

  plan.inside.namespaces |= CLONE_NEWUSER;
  if (facts.privileged) {
    plan.inside.uid_map = same_inside_and_outside(facts.uids);
    plan.inside.gid_map = same_inside_and_outside(facts.gids);
    plan.inside.allow_setgroups = true;
  } else {
    plan.inside.uid_map = {{root_inside ? 0 : facts.uid, facts.uid, 1}};
    plan.inside.gid_map = {{root_inside ? 0 : facts.gid, facts.gid, 1}};
  }
}

}  // namespace cloister
