#include "framework/facts/facts.h"

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
    case Facility::kFileViews:
      return "own view of files";
    case Facility::kMemoryCap:
      return "memory cap";
    case Facility::kProcessCap:
      return "process cap";
    case Facility::kSoftMemoryCap:
      return "soft memory cap";
    case Facility::kCpuCap:
      return "CPU cap";
    case Facility::kCpuSet:
      return "CPU set";
    case Facility::kIoCap:
      return "I/O cap";
    case Facility::kTimeNamespace:
      return "time namespace";
    case Facility::kNetworkReuse:
      return "re-use of networks";
    case Facility::kAudit:
      return "audit";
  }
  return "unknown facility";
}

void FileView::make(const std::string& path) {
  if (!is_empty || path.size() <= directory.size()) return;
  for (std::size_t at = directory.size(); at != std::string::npos;) {
    at = path.find('/', at + 1);
    std::string name = path.substr(directory.size() + 1, at - directory.size() - 1);
    if (std::ranges::find(made, name) == made.end()) made.push_back(std::move(name));
  }
}

void FileView::copy(const std::string& path) {
  make(path.substr(0, path.rfind('/')));
  copied.push_back(path.substr(directory.size() + 1));
}

bool is_default(Facility facility) { return facility < Facility::kSoftMemoryCap; }

bool is_backstop(Facility facility) {
  return facility == Facility::kMemoryCap || facility == Facility::kProcessCap;
}

std::string_view controller_name(Controller controller, CgroupVersion version) {
  switch (controller) {
    case Controller::kMemory:
      return "memory";
    case Controller::kPids:
      return "pids";
    case Controller::kCpu:
      return "cpu";
    case Controller::kCpuAccounting:
      return "cpuacct";
    case Controller::kCpuset:
      return "cpuset";
    case Controller::kIo:
      return version == CgroupVersion::kV1 ? "blkio" : "io";
  }
  return "";
}

bool CgroupBase::has(Controller controller) const {
  return std::ranges::find(controllers, controller) != controllers.end();
}

const CgroupBase* HostFacts::base_with(Controller controller) const {
  const auto found = std::ranges::find_if(
      cgroups, [controller](const CgroupBase& base) { return base.has(controller); });
  return found == cgroups.end() ? nullptr : &*found;
}

const Loss* HostFacts::loss_of(Facility facility) const {
  const auto found = std::ranges::find(losses, facility, &Loss::facility);
  return found == losses.end() ? nullptr : &*found;
}

}  // namespace cloister
