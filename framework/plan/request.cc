#include "framework/plan/request.h"

#include <fmt/format.h>

#include <algorithm>

namespace cloister {
namespace {

std::unexpected<Error> refused(std::string doing, std::string hint) {
  return std::unexpected(Error{std::move(doing), 0, std::move(hint)});
}

Result<void> check_user_namespace(const CellRequest& request, const HostFacts& facts) {
  const bool left_out =
      std::ranges::find(request.without, Facility::kUserNamespace) != request.without.end();
  if (left_out && !facts.privileged) {
    return refused(
        "leave the user namespace out for an ordinary user: it is what the right to "
        "make the others comes from",
        "run it as root, or with the user namespace");
  }
  if (request.propagation == Propagation::kUnchanged && !facts.has(Facility::kUserNamespace)) {
    return refused(
        "leave the propagation of mounts unchanged without a user namespace: what the "
        "cell mounts would be mounted on the host",
        "choose private, slave or shared");
  }
  if (request.setgroups.value_or(false) && !facts.privileged) {
    return refused("allow setgroups(2) to an ordinary user's cell: user_namespaces(7) forbids it",
                   "run it as root, or with setgroups denied");
  }
  return {};
}

bool contains(const std::vector<IdRange>& ranges, std::uint32_t id) {
  return std::ranges::any_of(ranges, [id](const IdRange& range) {
    return id >= range.first && id - range.first < range.count;
  });
}

// An ordinary user is mapped to whatever it asks for; root changes to an id that exists inside.
Result<void> check_ids(const CellRequest& request, const HostFacts& facts) {
  const auto check = [&](const char* kind, std::optional<std::uint32_t> id, std::uint32_t own,
                         const std::vector<IdRange>& ranges) -> Result<void> {
    if (!id || !facts.privileged) return {};
    const bool exists = request.identity == Identity::kOnlyRoot   ? *id == 0
                        : request.identity == Identity::kOnlySelf ? *id == own
                                                                  : contains(ranges, *id);
    if (exists) return {};
    return refused(fmt::format("run the {} as {} {}: that does not exist in its user namespace",
                               request.role, kind, *id),
                   "choose one that its map has (see 'uid map' in the plan)");
  };
  if (auto good = check("uid", request.uid, facts.uid, facts.uids); !good) return good;
  return check("gid", request.gid, facts.gid, facts.gids);
}

Result<void> check_mounts(const CellRequest& request) {
  for (const MountRequest& mount : request.mounts) {
    for (const std::string* path : {&mount.source, &mount.target}) {
      if (path->starts_with('/') || (path == &mount.source && path->empty())) continue;
      return refused(fmt::format("mount on '{}': '{}' is no absolute path", mount.target, *path),
                     "begin it with '/'");
    }
  }
  return {};
}

}  // namespace

Result<void> check_request(const CellRequest& request, const HostFacts& facts) {
  if (auto good = check_user_namespace(request, facts); !good) return good;
  if (auto good = check_ids(request, facts); !good) return good;
  if ((request.root || !request.mounts.empty()) &&
      request.config.files.value_or(Files::kHost) != Files::kHost) {
    return std::unexpected(Error{fmt::format("give this {} both a view of the host's files and "
                                             "mounts or a root of its own",
                                             request.role),
                                 0, "leave out one of the two"});
  }
  if (request.config.audit.value_or(false) && request.config.reuse_network.value_or(false)) {
    return refused(
        fmt::format("audit this {} and re-use its network: one filter can see its calls, not two",
                    request.role),
        "leave out one of audit and reuse_network");
  }
  return check_mounts(request);
}

}  // namespace cloister
