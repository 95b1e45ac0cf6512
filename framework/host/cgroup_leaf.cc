#include "framework/host/cgroup_leaf.h"

#include <errno.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "framework/host/cgroup_tree.h"
#include "framework/kernel/fd.h"
#include "framework/kernel/stat_field.h"

namespace cloister {
namespace {

constexpr std::string_view kLeafName = "cloister-leaf";
constexpr int kMostRounds = 20;  // processes may be forked while they are being moved

using Pids = std::vector<std::string>;

// systemd marks the groups that it has handed over: systemd.resource-control(5), Delegate=.
bool is_delegated(const std::string& group) {
  for (const char* name : {"user.delegate", "trusted.delegate"}) {
    char value = 0;
    if (::getxattr(group.c_str(), name, &value, 1) == 1 && value == '1') return true;
  }
  return false;
}

// The processes of `members` from `pid` up, as far as they reach.
std::vector<std::string> line_of(std::string pid, const std::set<std::string>& members) {
  std::vector<std::string> line;
  while (members.contains(pid) && std::ranges::find(line, pid) == line.end()) {
    line.push_back(pid);
    pid = stat_field(pid, 4).value_or("0");
  }
  return line;
}

// Empty when the processes of the group may be moved, else why not.
std::string reason_to_stay(const std::string& group) {
  if (is_delegated(group)) return "";
  const Pids pids = words_of(group + "/cgroup.procs");
  const std::set<std::string> members(pids.begin(), pids.end());
  const auto own = line_of(std::to_string(::getpid()), members);
  // The run itself begins with the parent of this process; whoever waits for that one, up to the
  // first process of the group, came to run it. Where systemd looks after groups, theirs are its.
  const bool managed = ::access("/run/systemd/system", F_OK) == 0;
  const std::size_t first = managed ? std::min<std::size_t>(1, own.size() - 1) : own.size() - 1;
  for (const std::string& pid : pids) {
    if (pid != "0" && !stat_field(pid, 3)) continue;  // it has ended since
    const auto line = line_of(pid, members);
    const bool of_this_run =
        !own.empty() && !line.empty() && std::ranges::find(line, own[first]) != line.end();
    if (!of_this_run) {
      return fmt::format("its cgroup '{}' also holds process {}, which is not of this run", group,
                         pid);
    }
  }
  return "";
}

bool move_all(const std::string& from, const std::string& to) {
  for (int round = 0; round < kMostRounds; ++round) {
    const Pids pids = words_of(from + "/cgroup.procs");
    if (pids.empty()) return true;
    for (const std::string& pid : pids) {
      const auto moved = write_file(to + "/cgroup.procs", pid);
      if (!moved && moved.error().number != ESRCH) return false;
    }
  }
  return false;
}

// All groups but the root of the hierarchy, which alone has no type. (Some controllers can be
// turned on all the same, and make the group's children ones that take no processes: cgroups(7), on
// thread mode.)
bool must_be_empty(const std::string& group) {
  return ::access((group + "/cgroup.type").c_str(), F_OK) == 0;
}

// Turns on what can be turned on.
void enable(std::span<const Controller> wanted, ReadyGroup& ready) {
  CgroupBase& base = ready.base;
  for (const Controller controller : wanted) {
    const std::string name(controller_name(controller, CgroupVersion::kV2));
    if (!lists(base.group + "/cgroup.controllers", name)) {
      ready.missing[controller] = fmt::format(
          "its cgroup '{}' has not been given the {} controller (it has: {})", base.group, name,
          fmt::join(words_of(base.group + "/cgroup.controllers"), " "));
      continue;
    }
    const std::string file = base.group + "/cgroup.subtree_control";
    const bool before = lists(file, name);
    if (!before) {
      if (const auto written = write_file(file, "+" + name); !written) {
        ready.missing[controller] = written.error().text();
        continue;
      }
      base.disable_at_end += "-" + name + " ";
    }
    base.controllers.push_back(controller);
  }
}

// Into a leaf with whoever is in the group. Returns why that did not work.
std::string make_leaf(const std::string& group, const std::string& leaf) {
  std::string reason = reason_to_stay(group);
  if (!reason.empty()) return reason;
  const bool made = ::mkdir(leaf.c_str(), 0755) == 0 || errno == EEXIST;
  if (made && move_all(group, leaf)) return "";
  reason = Error{fmt::format("move the processes of '{}' to '{}'", group, leaf), errno, ""}.text();
  if (made) move_all(leaf, group);
  ::rmdir(leaf.c_str());
  return reason;
}

}  // namespace

ReadyGroup ready_group(std::string group, std::span<const Controller> wanted) {
  ReadyGroup ready;
  CgroupBase& base = ready.base;
  base.version = CgroupVersion::kV2;
  // Another run, still alive or killed, has been here before.
  if (group.ends_with("/" + std::string(kLeafName)))
    group.resize(group.size() - kLeafName.size() - 1);
  base.group = group;
  for (const std::string file : {"", "/cgroup.procs", "/cgroup.subtree_control"}) {
    if (::access((group + file).c_str(), W_OK) == 0) continue;
    const std::string reason =
        fmt::format("cannot write to its cgroup '{}{}': {}", group, file, errno_text(errno));
    for (const Controller controller : wanted) ready.missing[controller] = reason;
    return ready;
  }
  const std::string leaf = fmt::format("{}/{}", group, kLeafName);
  if (must_be_empty(group) && !words_of(group + "/cgroup.procs").empty()) {
    const std::string reason = make_leaf(group, leaf);
    if (!reason.empty()) {
      for (const Controller controller : wanted) ready.missing[controller] = reason;
      return ready;
    }
  }
  if (::access(leaf.c_str(), F_OK) == 0) base.leaf = leaf;  // this run's, or another one's
  enable(wanted, ready);
  if (!base.leaf.empty()) {
    // Whoever leaves last undoes it all; while others are still here, the kernel refuses that.
    base.disable_at_end.clear();
    for (const std::string& name : words_of(group + "/cgroup.subtree_control"))
      base.disable_at_end += "-" + name + " ";
  }
  return ready;
}

}  // namespace cloister
