// Identity: which ids exist inside, and which capabilities a guest that is root there keeps.
#include <linux/capability.h>
#include <sched.h>

#include "framework/plan/facilities.h"

namespace cloister {
namespace {

constexpr std::uint64_t kEveryCapability = (std::uint64_t{1} << (CAP_LAST_CAP + 1)) - 1;

// A root guest may chown, drop to another user, configure its own network. It may not mount (and so
// not undo the read-only cgroup file system it is capped by), nor end its init by reboot(2), nor
// raise the limits on namespaces, which is all that CAP_SYS_RESOURCE is good for in a cell.
constexpr std::uint64_t kWithheld = (std::uint64_t{1} << CAP_SYS_ADMIN) |
                                    (std::uint64_t{1} << CAP_SYS_BOOT) |
                                    (std::uint64_t{1} << CAP_SYS_RESOURCE);

std::vector<IdMapping> same_inside_and_outside(const std::vector<IdRange>& ranges) {
  std::vector<IdMapping> map;
  map.reserve(ranges.size());
  for (const IdRange& range : ranges) map.push_back({range.first, range.first, range.count});
  return map;
}

// An ordinary user may map one id: its own, to whatever it likes.
std::vector<IdMapping> only(std::uint32_t inside, std::uint32_t outside) {
  return {{inside, outside, 1}};
}

void plan_maps(const CellRequest& request, const HostFacts& facts, bool root_inside,
               CellPlan& plan) {
  plan.inside.namespaces |= CLONE_NEWUSER;
  plan.inside.allow_setgroups = request.setgroups.value_or(facts.privileged);
  if (facts.privileged && request.identity == Identity::kDefault) {
    plan.inside.uid_map = same_inside_and_outside(facts.uids);
    plan.inside.gid_map = same_inside_and_outside(facts.gids);
  } else if (facts.privileged) {
    const bool root = request.identity == Identity::kOnlyRoot;
    plan.inside.uid_map = only(root ? 0 : facts.uid, facts.uid);
    plan.inside.gid_map = only(root ? 0 : facts.gid, facts.gid);
  } else {
    plan.inside.uid_map = only(request.uid.value_or(root_inside ? 0 : facts.uid), facts.uid);
    plan.inside.gid_map = only(request.gid.value_or(root_inside ? 0 : facts.gid), facts.gid);
  }
}

}  // namespace

void plan_users(const CellRequest& request, const HostFacts& facts, CellPlan& plan) {
  const bool has_namespace = facts.has(Facility::kUserNamespace);
  const bool mapped_to_root =
      request.config.as_root.value_or(false) || request.identity == Identity::kOnlyRoot;
  const bool root_inside =
      facts.privileged ? facts.uid == 0 : request.uid.value_or(facts.uid) == 0 || mapped_to_root;
  if (root_inside && (has_namespace || facts.uid == 0)) {
    const bool everything = request.keeps_capabilities() || !has_namespace;
    plan.guest.capabilities = everything ? kEveryCapability : kEveryCapability & ~kWithheld;
  }
  if (has_namespace) plan_maps(request, facts, root_inside, plan);
  if (!facts.privileged) return;
  plan.guest.uid = request.uid;
  plan.guest.gid = request.gid;
}

}  // namespace cloister
