#include "framework/facts/facts.h"

#include <sched.h>

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace cloister {

namespace {

using enum Facility;
using enum FacilityUse;

constexpr Facility kMounts[] = {kMountNamespace};
constexpr Facility kMountsAndPids[] = {kPidNamespace, kMountNamespace};
constexpr Facility kNetworksToLend[] = {kNetworkNamespace, kUserNamespace, kPidNamespace,
                                        kMountNamespace};

constexpr FacilityInfo kFacilities[] = {
    {.facility = kUserNamespace,
     .name = "user namespace",
     .namespaces = CLONE_NEWUSER,
     .namespace_name = "user",
     .namespace_sysctl = "user.max_user_namespaces"},
    {.facility = kPidNamespace,
     .name = "pid namespace",
     .namespaces = CLONE_NEWPID,
     .namespace_name = "pid",
     .namespace_sysctl = "user.max_pid_namespaces"},
    {.facility = kMountNamespace,
     .name = "mount namespace",
     .namespaces = CLONE_NEWNS,
     .namespace_name = "mount",
     .namespace_sysctl = "user.max_mnt_namespaces"},
    {.facility = kPrivateProc, .name = "private /proc", .needs = kMountsAndPids},
    {.facility = kPrivateTmp, .name = "private /tmp and /dev/shm", .needs = kMounts},
    {.facility = kNetworkNamespace,
     .name = "private network",
     .namespaces = CLONE_NEWNET,
     .namespace_name = "network",
     .namespace_sysctl = "user.max_net_namespaces"},
    {.facility = kHostname,
     .name = "own hostname",
     .namespaces = CLONE_NEWUTS,
     .namespace_name = "uts",
     .namespace_sysctl = "user.max_uts_namespaces"},
    {.facility = kIpcNamespace,
     .name = "ipc namespace",
     .namespaces = CLONE_NEWIPC,
     .namespace_name = "ipc",
     .namespace_sysctl = "user.max_ipc_namespaces"},
    {.facility = kCgroupNamespace,
     .name = "cgroup namespace",
     .namespaces = CLONE_NEWCGROUP,
     .namespace_name = "cgroup"},
    {.facility = kFileViews, .name = "own view of files", .needs = kMounts},
    {.facility = kMemoryCap,
     .name = "memory cap",
     .use = kBackstop,
     .controller = Controller::kMemory},
    {.facility = kProcessCap,
     .name = "process cap",
     .use = kBackstop,
     .controller = Controller::kPids},
    {.facility = kSoftMemoryCap, .name = "soft memory cap", .use = kOnRequest},
    {.facility = kCpuCap, .name = "CPU cap", .use = kOnRequest, .controller = Controller::kCpu},
    {.facility = kCpuSet,
     .name = "CPU set",
     .use = kOnRequest,
     .controller = Controller::kCpuset,
     .substitute = "by affinity, which a test can widen again"},
    {.facility = kIoCap, .name = "I/O cap", .use = kOnRequest, .controller = Controller::kIo},
    {.facility = kTimeNamespace, .name = "time namespace", .use = kOnRequest},
    {.facility = kNetworkReuse,
     .name = "re-use of networks",
     .use = kOnRequest,
     .needs = kNetworksToLend},
    {.facility = kAudit, .name = "audit", .use = kOnRequest}};

constexpr bool are_in_order() {
  for (std::size_t i = 0; i < std::size(kFacilities); ++i) {
    if (static_cast<std::size_t>(kFacilities[i].facility) != i) return false;
  }
  return std::size(kFacilities) == static_cast<std::size_t>(kCount);
}
static_assert(are_in_order(), "each facility has its entry, in the order of the enum");

}  // namespace

std::span<const FacilityInfo> facilities() { return kFacilities; }

const FacilityInfo& info_of(Facility facility) {
  return kFacilities[static_cast<std::size_t>(facility)];
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
