#include "framework/host/cures.h"

#include <errno.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <string_view>

#include "framework/kernel/shortage.h"

namespace cloister {
namespace {

// How a container is started with more, by whatever starts it here. `docker` and `podman` are what
// follows --security-opt there.
std::string start_container(const Surroundings& around, std::initializer_list<std::string> docker,
                            std::initializer_list<std::string> podman) {
  const std::string for_docker =
      fmt::format("--security-opt {}", fmt::join(docker, " --security-opt "));
  const std::string for_podman =
      fmt::format("--security-opt {}", fmt::join(podman, " --security-opt "));
  if (around.ci == Ci::kGithub)
    return fmt::format("in the workflow: container: {{options: \"{}\"}}", for_docker);
  if (around.ci == Ci::kGitlab) {
    return fmt::format(
        "in the runner's config.toml, below [runners.docker]: security_opt = [\"{}\"]",
        fmt::join(docker, "\", \""));
  }
  switch (around.container) {
    case Container::kDocker:
      return "start the container with docker run " + for_docker;
    case Container::kPodman:
      return "start the container with podman run " + for_podman;
    case Container::kNone:
    case Container::kOther:
      break;
  }
  return fmt::format("in a container, start it with {} (docker) or {} (podman)", for_docker,
                     for_podman);
}

// The container's own guards, with what each engine calls them.
std::string unguarded_container(const Surroundings& around) {
  return start_container(around,
                         {"seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined"},
                         {"seccomp=unconfined", "unmask=ALL"});
}

std::string user_namespace_cure(const HostFacts& facts) {
  const Surroundings& around = facts.surroundings;
  // A root without capabilities may not map itself: user_namespaces(7), on CAP_SETFCAP.
  if (facts.uid == 0 && !facts.privileged) {
    return "run the tests as an ordinary user, or give this one CAP_SETFCAP; " +
           unguarded_container(around);
  }
  if (around.apparmor_restricts_users)
    return "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
  if (around.user_namespaces_are_off) return "sudo sysctl -w kernel.unprivileged_userns_clone=1";
  if (around.user_namespaces_are_zero) return "sudo sysctl -w user.max_user_namespaces=15000";
  return unguarded_container(around);
}

std::string proc_cure(const Surroundings& around) {
  return start_container(around, {"systempaths=unconfined"}, {"unmask=ALL"});
}

// Where something has run out, whatever it was to be for; empty where the error says no such thing.
std::string cure_of_shortage(Facility facility, int number) {
  if (number != ENOSPC) return shortage_cure(number);
  // By that limit clone(2) fails with ENOSPC: namespaces(7).
  const std::string_view limit = info_of(facility).namespace_sysctl;
  return limit.empty() ? "" : fmt::format("sudo sysctl -w {}=15000", limit);
}

std::string cgroup_cure(const HostFacts& facts) {
  const Surroundings& around = facts.surroundings;
  // Version 1 cannot be delegated safely: cgroups(7).
  if (around.cgroups_are_v1 && facts.uid != 0)
    return "run it as root: on this host cgroups are version 1";
  switch (around.container) {
    case Container::kDocker:
      return "start the container with docker run --cgroupns=host -v "
             "/sys/fs/cgroup:/sys/fs/cgroup:rw";
    case Container::kPodman:
      return "start the container with podman run --cgroups=split --security-opt "
             "unmask=/sys/fs/cgroup";
    case Container::kNone:
    case Container::kOther:
      break;
  }
  if (around.cgroups_are_v1) return "mount the cgroup file systems writable for this process";
  if (around.systemd) {
    if (facts.uid == 0) return "systemd-run --scope -p Delegate=yes COMMAND";
    const std::string scope = "systemd-run --user --scope -p Delegate=yes COMMAND";
    // As for a service's user, such as a CI runner's: loginctl(1).
    return around.user_manager ? scope
                               : "sudo loginctl enable-linger $USER && export "
                                 "XDG_RUNTIME_DIR=/run/user/$(id -u) && " +
                                     scope;
  }
  // Nobody looks after them here: cgroups(7), "Delegating a hierarchy".
  return facts.uid == 0
             ? "mkdir -p /sys/fs/cgroup/cells && echo $$ > /sys/fs/cgroup/cells/cgroup.procs"
             : "sudo sh -c 'cd /sys/fs/cgroup && sed \"s/[^ ]*/+&/g\" cgroup.controllers > "
               "cgroup.subtree_control && mkdir -p cells && chown -R '$(id -u)' cells && echo '$$' "
               "> cells/cgroup.procs'";
}

// For what no controller carries and has a cure of its own. It may know none for this error.
struct OwnCure {
  Facility facility{};
  std::string (*of)(const HostFacts& facts, int number) = nullptr;
};
constexpr OwnCure kOwnCures[] = {
    {Facility::kUserNamespace,
     [](const HostFacts& facts, int) { return user_namespace_cure(facts); }},
    {Facility::kPrivateProc,
     [](const HostFacts& facts, int) { return proc_cure(facts.surroundings); }},
    {Facility::kCgroupNamespace,
     [](const HostFacts& facts, int) -> std::string {
       if (!facts.surroundings.cgroup_namespaces_are_zero) return "";
       return "in a cell, give that one --cloister_privileged; else sudo sysctl -w "
              "user.max_cgroup_namespaces=15000";
     }},
    {Facility::kTimeNamespace,  // who gets the others gets it, where the kernel has it
     [](const HostFacts&, int) -> std::string {
       return "boot a kernel that has time namespaces: Linux 5.6 or newer with CONFIG_TIME_NS";
     }},
    {Facility::kFileViews,
     [](const HostFacts&, int number) -> std::string {
       if (number != ENODEV && number != EINVAL) return "";
       return "boot a kernel with overlayfs (CONFIG_OVERLAY_FS, Linux 5.11 or newer), or run tests "
              "on the host's files: files=host";
     }},
    {Facility::kNetworkReuse,  // nothing but time is lost
     [](const HostFacts&, int) -> std::string {
       return "leave reuse_network out: each test then has a network of its own";
     }},
    {Facility::kAudit,
     [](const HostFacts&, int) -> std::string {
       return "boot a kernel that has seccomp user notification: Linux 5.5 or newer";
     }},
    {Facility::kSoftMemoryCap,
     [](const HostFacts& facts, int) -> std::string {
       if (!facts.surroundings.cgroups_are_v1) return cgroup_cure(facts);
       return "boot with cgroup version 2: systemd.unified_cgroup_hierarchy=1";
     }},
};

}  // namespace

std::string cure_for(Facility facility, const HostFacts& facts, int number) {
  if (std::string cure = cure_of_shortage(facility, number); !cure.empty()) return cure;
  if (info_of(facility).controller) return cgroup_cure(facts);
  const auto* own = std::ranges::find(kOwnCures, facility, &OwnCure::facility);
  if (own != std::end(kOwnCures)) {
    if (std::string cure = own->of(facts, number); !cure.empty()) return cure;
  }
  return facts.privileged ? "run with CAP_SYS_ADMIN and no seccomp filter that forbids it"
                          : user_namespace_cure(facts);
}

}  // namespace cloister
