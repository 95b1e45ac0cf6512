// What a user can do about a loss on this host, as a line to copy where there is one.
#include <fmt/format.h>

#include "framework/host/probe.h"

namespace cloister {
namespace {

// The container's own guards, with what each engine calls them.
std::string unguarded_container(Container container) {
  switch (container) {
    case Container::kDocker:
      return "start the container with docker run --security-opt seccomp=unconfined --security-opt "
             "apparmor=unconfined --security-opt systempaths=unconfined";
    case Container::kPodman:
      return "start the container with podman run --security-opt seccomp=unconfined --security-opt "
             "unmask=ALL";
    default:
      return "in a container, start it with --security-opt seccomp=unconfined --security-opt "
             "apparmor=unconfined";
  }
}

std::string user_namespace_cure(const HostFacts& facts) {
  const Surroundings& around = facts.surroundings;
  // A root without capabilities may not map itself: user_namespaces(7), on CAP_SETFCAP.
  if (facts.uid == 0 && !facts.privileged) {
    return "run the tests as an ordinary user, or give this one CAP_SETFCAP; " +
           unguarded_container(around.container);
  }
  if (around.apparmor_restricts_users)
    return "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
  if (around.user_namespaces_are_off) return "sudo sysctl -w kernel.unprivileged_userns_clone=1";
  if (around.user_namespaces_are_zero) return "sudo sysctl -w user.max_user_namespaces=15000";
  return unguarded_container(around.container);
}

std::string proc_cure(Container container) {
  switch (container) {
    case Container::kDocker:
      return "start the container with docker run --security-opt systempaths=unconfined";
    case Container::kPodman:
      return "start the container with podman run --security-opt unmask=ALL";
    default:
      return "in a container, start it with --security-opt systempaths=unconfined (docker) or "
             "--security-opt unmask=ALL (podman)";
  }
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
    default:
      break;
  }
  if (around.cgroups_are_v1) return "mount the cgroup file systems writable for this process";
  if (around.systemd) {
    return facts.uid == 0 ? "systemd-run --scope -p Delegate=yes COMMAND"
                          : "systemd-run --user --scope -p Delegate=yes COMMAND";
  }
  return facts.uid == 0
             ? "run the tests in a cgroup of their own: mkdir /sys/fs/cgroup/tests && echo $$ > "
               "/sys/fs/cgroup/tests/cgroup.procs"
             : "have root give this user a cgroup: cgroups(7), \"Delegating a hierarchy\"";
}

}  // namespace

std::string cure_for(Facility facility, const HostFacts& facts) {
  switch (facility) {
    case Facility::kUserNamespace:
      return user_namespace_cure(facts);
    case Facility::kPrivateProc:
      return proc_cure(facts.surroundings.container);
    case Facility::kSoftMemoryCap:
      if (facts.surroundings.cgroups_are_v1)
        return "boot with cgroup version 2: systemd.unified_cgroup_hierarchy=1";
      return cgroup_cure(facts);
    case Facility::kMemoryCap:
    case Facility::kProcessCap:
    case Facility::kCpuCap:
    case Facility::kCpuSet:
    case Facility::kIoCap:
      return cgroup_cure(facts);
    default:
      return facts.privileged ? "run with CAP_SYS_ADMIN and no seccomp filter that forbids it"
                              : user_namespace_cure(facts);
  }
}

}  // namespace cloister
