#include "framework/host/facts.h"

#include <algorithm>

namespace cloister {

std::string_view facility_name(Facility facility) {
  switch (facility) {
    case Facility::kUserNamespace:
      return "user namespace";
    case Facility::kPidNamespace:
      return "pid namespace";
    case Facility::kMountNamespace:
      return "mount namespace";
    case Facility::kPrivateProc:
      return "private /proc";
    case Facility::kPrivateTmp:
      return "private /tmp and /dev/shm";
    case Facility::kNetworkNamespace:
      return "private network";
    case Facility::kHostname:
      return "own hostname";
    case Facility::kIpcNamespace:
      return "ipc namespace";
    case Facility::kCgroupNamespace:
      return "cgroup namespace";
    case Facility::kMemoryCap:
      return "memory cap";
    case Facility::kProcessCap:
      return "process cap";
  }
  return "unknown facility";
}

const Loss* HostFacts::loss_of(Facility facility) const {
  const auto found = std::ranges::find(losses, facility, &Loss::facility);
  return found == losses.end() ? nullptr : &*found;
}

}  // namespace cloister
