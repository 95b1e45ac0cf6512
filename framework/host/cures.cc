// What a user can do about a loss on this host, as a line to copy where there is one.
#include <fmt/format.h>

#include <fstream>

#include "framework/host/probe.h"
#include "framework/kernel/fd.h"

namespace cloister {
namespace {

bool sysctl_is(const char* file, char value) {
  const auto content = read_file(file);
  return content && !content->empty() && content->front() == value;
}

// Version 2 lists the controllers it has; on a version 1 host they are elsewhere.
bool controllers_are_v1() { return !read_file("/sys/fs/cgroup/cgroup.controllers").has_value(); }

std::string user_namespace_cure(const HostFacts& facts) {
  // A root without capabilities may not map itself: user_namespaces(7), on CAP_SETFCAP.
  if (facts.uid == 0 && !facts.privileged) {
    return "run the tests as an ordinary user, or give this one CAP_SETFCAP; in a container, also "
           "start it with "
           "--security-opt seccomp=unconfined --security-opt apparmor=unconfined";
  }
  if (sysctl_is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", '1')) {
    return "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
  }
  if (sysctl_is("/proc/sys/kernel/unprivileged_userns_clone", '0')) {
    return "sudo sysctl -w kernel.unprivileged_userns_clone=1";
  }
  if (sysctl_is("/proc/sys/user/max_user_namespaces", '0')) {
    return "sudo sysctl -w user.max_user_namespaces=15000";
  }
  return "in a container, start it with --security-opt seccomp=unconfined --security-opt "
         "apparmor=unconfined";
}

}  // namespace

std::string cure_for(Facility facility, const HostFacts& facts) {
  switch (facility) {
    case Facility::kUserNamespace:
      return user_namespace_cure(facts);
    case Facility::kPrivateProc:
      return "in a container, start it with --security-opt systempaths=unconfined (docker) or "
             "--security-opt unmask=ALL (podman)";
    case Facility::kMemoryCap:
    case Facility::kProcessCap:
      if (facts.uid == 0) return "mount /sys/fs/cgroup writable for this process";
      // Version 1 cannot be delegated safely: cgroups(7).
      return controllers_are_v1() ? "run the tests as root: on this host cgroups are version 1"
                                  : "systemd-run --user --scope -p Delegate=yes COMMAND";
    default:
      return facts.privileged ? "run with CAP_SYS_ADMIN and no seccomp filter that forbids it"
                              : user_namespace_cure(facts);
  }
}

}  // namespace cloister
