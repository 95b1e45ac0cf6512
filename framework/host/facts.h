// What this host can give to a cell, found out once per run (probe.h) and then a plain value:
// make_plan reads it, the adapter prints its losses. Never makes a system call itself.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cloister {

// Everything a default cell is made of; each can be missing on its own.
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
  kMemoryCap,
  kProcessCap,
};
inline constexpr Facility kAllFacilities[] = {
    Facility::kUserNamespace, Facility::kPidNamespace, Facility::kMountNamespace,
    Facility::kPrivateProc,   Facility::kPrivateTmp,   Facility::kNetworkNamespace,
    Facility::kHostname,      Facility::kIpcNamespace, Facility::kCgroupNamespace,
    Facility::kMemoryCap,     Facility::kProcessCap};
// "private /proc", as used in messages.
std::string_view facility_name(Facility facility);

// A facility this host does not give.
struct Loss {
  Facility facility{};
  std::string why;   // "cannot mount proc on '/proc': Operation not permitted (EPERM)"
  std::string cure;  // a line to follow or to copy
};

// A range of ids that are the same inside and outside.
struct IdRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

enum class CgroupVersion : std::uint8_t { kV1, kV2 };

// A cgroup directory below which this run makes its own, one per cell.
struct CgroupBase {
  CgroupVersion version{};
  std::string run_directory;  // made at the start of the run, removed at its end
  bool memory = false;        // which controllers work there
  bool pids = false;
};

struct HostFacts {
  uid_t uid = 0;
  gid_t gid = 0;
  // The keeper may map ids other than its own and make namespaces without a user namespace.
  bool privileged = false;
  // The ids the keeper itself has; a privileged keeper hands all of them on.
  std::vector<IdRange> uids;
  std::vector<IdRange> gids;
  std::vector<CgroupBase> cgroups;
  std::string working_directory;
  // Files and directories that must stay visible when a private tmpfs covers what they lie under:
  // the working directory, the test binary and what it has loaded, TMPDIR.
  std::vector<std::string> needed_paths;
  std::vector<Loss> losses;

  const Loss* loss_of(Facility facility) const;
  bool has(Facility facility) const { return loss_of(facility) == nullptr; }
};

}  // namespace cloister
