#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>
#include <sys/resource.h>

#include "framework/config/settings.h"
#include "framework/kernel/overloaded.h"
#include "framework/plan/plan.h"

namespace cloister {
namespace {

std::string_view propagation_name(Propagation propagation) {
  switch (propagation) {
    case Propagation::kPrivate:
      return "private";
    case Propagation::kSlave:
      return "slave";
    case Propagation::kShared:
      return "shared";
    case Propagation::kUnchanged:
      break;
  }
  return "unchanged";
}

// Below a new root a target begins with "./", which to the cell is "/".
std::string_view shown(std::string_view target) {
  return target.substr(target.starts_with("./") ? 1 : 0);
}

std::string step_text(const SetupStep& step) {
  return std::visit(
      Overloaded{
          [](const SetPropagation& s) {
            return fmt::format("make every mount {}", propagation_name(s.propagation));
          },
          [](const MountProc& s) { return fmt::format("mount proc on '{}'", shown(s.target)); },
          [](const MountTmpfs& s) {
            std::string text = fmt::format("mount tmpfs on '{}' ({}, {} inodes)", shown(s.target),
                                           bytes_text({s.bytes}), s.inodes);
            if (s.keep.empty()) return text;
            std::vector<std::string> keep = s.keep;
            if (keep.back() == ".") keep.back() = fmt::format("{} as {}", s.target, kCoveredItself);
            return text + fmt::format(", keep '{}'", fmt::join(keep, "', '"));
          },
          [](const MakeReadOnly& s) { return fmt::format("make '{}' read-only", shown(s.target)); },
          [](const SetHostname& s) { return fmt::format("set hostname '{}'", s.name); },
          [](const BringUpLoopback&) { return std::string("bring up loopback"); },
          [](const OpenLowPorts&) { return std::string("open ports below 1024"); },
          [](const StartRoot& s) {
            return s.directory.empty() ? std::string("begin with an empty root")
                                       : fmt::format("begin with '{}' as root", s.directory);
          },
          [](const BindMount& s) {
            return fmt::format("bind '{}' to '{}'{}", s.source, shown(s.target),
                               s.read_only ? " read-only" : "");
          },
          [](const EnterRoot&) { return std::string("enter that root"); },
          [](const SetClocks& s) {
            return fmt::format("set the monotonic clock on by {} s, the boottime clock by {} s",
                               s.offsets.monotonic, s.offsets.boottime);
          },
          [](const NameInHosts& s) { return fmt::format("name '{}' in '/etc/hosts'", s.name); },
          [](const MountViews& s) {
            std::vector<std::string> names;
            for (const FileView& view : s.views) {
              names.push_back(fmt::format("'{}'", view.directory));
              if (!view.shared.empty())
                names.back() += fmt::format(" but '{}'", fmt::join(view.shared, "', '"));
            }
            const bool empty = s.views.front().is_empty;
            return fmt::format("mount {} {}{}",
                               empty ? "what is writable:" : "copy-on-write views of",
                               fmt::join(names, ", "),
                               s.store.empty() ? "" : fmt::format(", kept in '{}*'", s.store));
          },
          [](const MakeDirectory& s) { return fmt::format("make '{}'", shown(s.target)); },
          [](const MakeLink& s) { return fmt::format("link '{}' as it is", s.source); },
          [](const BindReadOnly& s) { return fmt::format("make '{}' read-only", s.target); },
      },
      step);
}

std::string namespaces_text(const InsidePlan& inside) {
  std::string text;
  for (const FacilityInfo& info : facilities()) {
    if ((inside.namespaces & info.namespaces) == 0) continue;
    text += (text.empty() ? "" : " ") + std::string(info.namespace_name);
  }
  if (inside.has_clocks()) text += text.empty() ? "time" : " time";
  return text.empty() ? "none" : text;
}

std::string map_text(const std::vector<IdMapping>& map) {
  std::string text;
  for (const IdMapping& m : map) {
    text += fmt::format("{}{} -> {} ({})", text.empty() ? "" : ", ", m.inside, m.outside, m.count);
  }
  return text;
}

std::string_view limit_name(int resource) {
  switch (resource) {
    case RLIMIT_NOFILE:
      return "RLIMIT_NOFILE";
    case RLIMIT_FSIZE:
      return "RLIMIT_FSIZE";
    case RLIMIT_CORE:
      return "RLIMIT_CORE";
    case RLIMIT_CPU:
      return "RLIMIT_CPU";
    default:
      return "RLIMIT";
  }
}

std::string limit_text(std::chrono::milliseconds limit) {
  return limit.count() == 0 ? "none" : duration_text(limit);
}

std::string service_text(const ServiceEntry& service) {
  const char* const per = service.per == ServicePer::kCell       ? "in each cell"
                          : service.per == ServicePer::kTemplate ? "before each set-up"
                                                                 : "once for the run";
  return fmt::format("{}, {}: {} ({})", service.name, per, fmt::join(service.command, " "),
                     service.origin);
}

}  // namespace

std::string explain(const CellPlan& plan, std::uint32_t cell) {
  std::string text;
  const auto line = [&text](std::string_view key, const std::string& value) {
    text += fmt::format("  {:<11} {}\n", key, value);
  };
  line("namespaces", namespaces_text(plan.inside));
  if (!plan.inside.uid_map.empty()) {
    line("uid map", map_text(plan.inside.uid_map));
    line("gid map", map_text(plan.inside.gid_map));
  }
  if (plan.inside.lent_network != LentNetwork::kNone)
    line("network", "one that no test before has used, handed on when this one does not either");
  for (const SetupStep& step : plan.inside.steps) line("step", step_text(step));
  for (const CgroupPlan& group : plan.inside.cgroups) {
    std::string files = cgroup_directory(group.stem, cell);
    for (const CgroupSetting& s : group.settings) files += fmt::format(", {}={}", s.file, s.value);
    line("cgroup", files);
  }
  for (const ResourceLimit& limit : plan.guest.limits)
    line("limit", fmt::format("{}={}", limit_name(limit.resource), limit.value));
  if (!plan.guest.cpus.empty())
    line("processors", fmt::format("{} by affinity", fmt::join(plan.guest.cpus, ",")));
  line("capability", fmt::format("{:#x}", plan.guest.capabilities));
  if (plan.guest.uid) line("uid", fmt::format("{}", *plan.guest.uid));
  if (plan.guest.gid) line("gid", fmt::format("{}", *plan.guest.gid));
  line("directory", plan.guest.working_directory);
  line("deadline", limit_text(plan.watch.deadline));
  if (plan.watch.cpu_time.count() > 0) line("cpu time", limit_text(plan.watch.cpu_time));
  line("notice", limit_text(plan.watch.notice_after));
  line("output", plan.guest.streams == Streams::kCaptured ? bytes_text(plan.watch.output)
                                                          : std::string("the caller's own"));
  if (plan.in_force.leaks && *plan.in_force.leaks != Leaks::kReport)
    line("leaks", plan.in_force.leaks == Leaks::kFail ? "fail" : "ignore");
  for (const SharedService& service : plan.guest.services) line("service", service_text(*service));
  if (!plan.guest.keep_fds.empty())
    line("kept fds", fmt::format("{}", fmt::join(plan.guest.keep_fds, " ")));
  return text;
}

}  // namespace cloister
