// What a host can give to a cell, and the controllers of cgroups that carry some of it: an
// enumerator and a row each. Whoever has to know all of them reads the rows.
#pragma once

#include <sched.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace cloister {

enum class CgroupVersion : std::uint8_t { kV1, kV2 };

// What a cgroup can measure and limit.
enum class Controller : std::uint8_t { kMemory, kPids, kCpu, kCpuset, kIo, kCpuAccounting, kCount };
// In the order in which hosts are searched for them.
struct ControllerInfo {
  Controller controller{};
  std::string_view in_v1;  // the kernel's name
  std::string_view in_v2;
};
inline constexpr ControllerInfo kControllers[] = {
    {Controller::kMemory, "memory", "memory"},
    {Controller::kPids, "pids", "pids"},
    {Controller::kCpu, "cpu", "cpu"},
    {Controller::kCpuset, "cpuset", "cpuset"},
    {Controller::kIo, "blkio", "io"},
    // Version 2 counts processor time in every group.
    {Controller::kCpuAccounting, "cpuacct", "cpuacct"},
};
constexpr std::string_view controller_name(Controller controller, CgroupVersion version) {
  const ControllerInfo& info = kControllers[static_cast<std::size_t>(controller)];
  return version == CgroupVersion::kV1 ? info.in_v1 : info.in_v2;
}

// What a cell can be given. Each can be missing on its own.
enum class Facility : std::uint8_t {
  kUserNamespace,
  kPidNamespace,
  kMountNamespace,
  kPrivateProc,
  kPrivateTmp,
  kNetworkNamespace,
  kHostname,
  kIpcNamespace,
  kCgroupNamespace,
  kFileViews,
  kMemoryCap,
  kProcessCap,
  // No default cell has those from here on: they are used on request only.
  kSoftMemoryCap,
  kCpuCap,
  kCpuSet,
  kIoCap,
  kTimeNamespace,
  kNetworkReuse,
  kAudit,
  kCount  // of them; none itself
};

// Whether a cell has it when nothing asks for it.
enum class FacilityUse : std::uint8_t {
  kDefault,
  // A default cell has it as a backstop or to measure, and not to isolate tests. Only the doctor,
  // and whoever requires everything, reports its loss.
  kBackstop,
  kOnRequest,
};

// What there is to know of a facility. If it has a cure of its own, that is in host/cures.cc.
struct FacilityInfo {
  Facility facility{};
  std::string_view name;  // "private /proc", for messages
  FacilityUse use = FacilityUse::kDefault;
  std::uint64_t namespaces = 0;            // CLONE_NEW*, if it is one
  std::string_view namespace_name{};       // "pid", as explain() has it
  std::string_view namespace_sysctl{};     // the limit on those of a user: namespaces(7)
  std::optional<Controller> controller{};  // that carries it
  std::span<const Facility> needs{};       // without which it makes no sense
  std::string_view substitute{};           // what a host does in its place, if anything
};

inline constexpr Facility kNeedsMounts[] = {Facility::kMountNamespace};
inline constexpr Facility kNeedsMountsAndPids[] = {Facility::kPidNamespace,
                                                   Facility::kMountNamespace};
inline constexpr Facility kNeedsNetworksToLend[] = {
    Facility::kNetworkNamespace, Facility::kUserNamespace, Facility::kPidNamespace,
    Facility::kMountNamespace};

inline constexpr FacilityInfo kFacilities[] = {
    {.facility = Facility::kUserNamespace,
     .name = "user namespace",
     .namespaces = CLONE_NEWUSER,
     .namespace_name = "user",
     .namespace_sysctl = "user.max_user_namespaces"},
    {.facility = Facility::kPidNamespace,
     .name = "pid namespace",
     .namespaces = CLONE_NEWPID,
     .namespace_name = "pid",
     .namespace_sysctl = "user.max_pid_namespaces"},
    {.facility = Facility::kMountNamespace,
     .name = "mount namespace",
     .namespaces = CLONE_NEWNS,
     .namespace_name = "mount",
     .namespace_sysctl = "user.max_mnt_namespaces"},
    {.facility = Facility::kPrivateProc, .name = "private /proc", .needs = kNeedsMountsAndPids},
    {.facility = Facility::kPrivateTmp, .name = "private /tmp and /dev/shm", .needs = kNeedsMounts},
    {.facility = Facility::kNetworkNamespace,
     .name = "private network",
     .namespaces = CLONE_NEWNET,
     .namespace_name = "network",
     .namespace_sysctl = "user.max_net_namespaces"},
    {.facility = Facility::kHostname,
     .name = "own hostname",
     .namespaces = CLONE_NEWUTS,
     .namespace_name = "uts",
     .namespace_sysctl = "user.max_uts_namespaces"},
    {.facility = Facility::kIpcNamespace,
     .name = "ipc namespace",
     .namespaces = CLONE_NEWIPC,
     .namespace_name = "ipc",
     .namespace_sysctl = "user.max_ipc_namespaces"},
    {.facility = Facility::kCgroupNamespace,
     .name = "cgroup namespace",
     .namespaces = CLONE_NEWCGROUP,
     .namespace_name = "cgroup"},
    {.facility = Facility::kFileViews, .name = "own view of files", .needs = kNeedsMounts},
    {.facility = Facility::kMemoryCap,
     .name = "memory cap",
     .use = FacilityUse::kBackstop,
     .controller = Controller::kMemory},
    {.facility = Facility::kProcessCap,
     .name = "process cap",
     .use = FacilityUse::kBackstop,
     .controller = Controller::kPids},
    {.facility = Facility::kSoftMemoryCap,
     .name = "soft memory cap",
     .use = FacilityUse::kOnRequest},
    {.facility = Facility::kCpuCap,
     .name = "CPU cap",
     .use = FacilityUse::kOnRequest,
     .controller = Controller::kCpu},
    {.facility = Facility::kCpuSet,
     .name = "CPU set",
     .use = FacilityUse::kOnRequest,
     .controller = Controller::kCpuset,
     .substitute = "by affinity, which a test can widen again"},
    {.facility = Facility::kIoCap,
     .name = "I/O cap",
     .use = FacilityUse::kOnRequest,
     .controller = Controller::kIo},
    {.facility = Facility::kTimeNamespace,
     .name = "time namespace",
     .use = FacilityUse::kOnRequest},
    {.facility = Facility::kNetworkReuse,
     .name = "re-use of networks",
     .use = FacilityUse::kOnRequest,
     .needs = kNeedsNetworksToLend},
    {.facility = Facility::kAudit, .name = "audit", .use = FacilityUse::kOnRequest},
};

template <typename Info, std::size_t size, typename Enum>
constexpr bool are_in_order(const Info (&rows)[size], Enum Info::* which) {
  for (std::size_t i = 0; i < size; ++i) {
    if (static_cast<std::size_t>(rows[i].*which) != i) return false;
  }
  return size == static_cast<std::size_t>(Enum::kCount);
}
static_assert(are_in_order(kControllers, &ControllerInfo::controller),
              "each controller has its entry, in the order of the enum");
static_assert(are_in_order(kFacilities, &FacilityInfo::facility),
              "each facility has its entry, in the order of the enum");

constexpr std::span<const FacilityInfo> facilities() { return kFacilities; }
constexpr const FacilityInfo& info_of(Facility facility) {
  return kFacilities[static_cast<std::size_t>(facility)];
}
constexpr std::string_view facility_name(Facility facility) { return info_of(facility).name; }
// Whether a default cell has it.
constexpr bool is_default(Facility facility) {
  return info_of(facility).use != FacilityUse::kOnRequest;
}
constexpr bool is_backstop(Facility facility) {
  return info_of(facility).use == FacilityUse::kBackstop;
}

}  // namespace cloister
