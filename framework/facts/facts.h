// What this host can give to a cell, found out once per run (probe.h) and then a plain value:
// make_plan reads it, the adapter prints its losses. Never makes a system call itself.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cloister/units.h>

namespace cloister {

// What a cell can be given; each can be missing on its own.
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
  // From here on nothing a default cell has: used on request only.
  kSoftMemoryCap,
  kCpuCap,
  kCpuSet,
  kIoCap,
  kTimeNamespace,
  kNetworkReuse,
  kAudit,
};
inline constexpr Facility kAllFacilities[] = {
    Facility::kUserNamespace, Facility::kPidNamespace,  Facility::kMountNamespace,
    Facility::kPrivateProc,   Facility::kPrivateTmp,    Facility::kNetworkNamespace,
    Facility::kHostname,      Facility::kIpcNamespace,  Facility::kCgroupNamespace,
    Facility::kFileViews,     Facility::kMemoryCap,     Facility::kProcessCap,
    Facility::kSoftMemoryCap, Facility::kCpuCap,        Facility::kCpuSet,
    Facility::kIoCap,         Facility::kTimeNamespace, Facility::kNetworkReuse,
    Facility::kAudit};
// Whether a default cell has it.
bool is_default(Facility facility);
// Whether it is a backstop, or measures: of a default cell, but not what tests are isolated by. Its
// loss is for the doctor to tell, and for who demands it.
bool is_backstop(Facility facility);
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

// What a cgroup can measure and limit. Version 2 counts processor time in every group.
enum class Controller : std::uint8_t { kMemory, kPids, kCpu, kCpuAccounting, kCpuset, kIo };
inline constexpr Controller kAllControllers[] = {Controller::kMemory, Controller::kPids,
                                                 Controller::kCpu,    Controller::kCpuset,
                                                 Controller::kIo,     Controller::kCpuAccounting};
// The kernel's name: "memory", and "blkio" or "io".
std::string_view controller_name(Controller controller, CgroupVersion version);

// A cgroup directory below which this run makes its own, one per cell.
struct CgroupBase {
  CgroupVersion version{};
  std::string run_directory;  // made at the start of the run, removed at its end
  std::vector<Controller> controllers{};
  // Few cells have a group here: there is no directory of the run, and its name begins theirs.
  bool on_demand = false;
  // The group that the run was started in, and above which it changes nothing.
  std::string group{};
  // Version 2, to be undone at the end: controllers that `group` did not hand on before
  // ("-memory -pids"), and the leaf that its processes were moved to for that.
  std::string disable_at_end{};
  std::string leaf{};
  // Version 1, cpuset: the memory nodes that each group must be told.
  std::string memory_nodes{};

  bool has(Controller controller) const;
};

// A mounted hierarchy of cgroups, and this process's own group in it.
struct CgroupMount {
  CgroupVersion version{};
  std::string top;    // where it is mounted
  std::string group;  // a directory; empty when it lies outside of what is mounted
  std::vector<std::string> controllers;  // of a version 1 hierarchy
};

// A resource limit of the run itself, which no test can go beyond: getrlimit(2).
struct HardLimit {
  int resource = 0;
  std::uint64_t value = 0;
};

enum class Container : std::uint8_t { kNone, kDocker, kPodman, kOther };

// Whose runner this is a job of: its containers are configured in places of their own.
enum class Ci : std::uint8_t { kNone, kGithub, kGitlab };

// What each cell has of its own, so that it hides what lies there.
inline constexpr std::string_view kCoveredDirectories[] = {"/tmp", "/dev/shm"};

// What decides about the cure for a loss.
struct Surroundings {
  Container container{};
  Ci ci{};
  bool systemd = false;                     // it runs this host
  bool user_manager = true;                 // and has an instance for this user
  bool cgroups_are_v1 = false;              // the controllers are, or most of them
  bool apparmor_restricts_users = false;    // kernel.apparmor_restrict_unprivileged_userns
  bool user_namespaces_are_off = false;     // kernel.unprivileged_userns_clone is 0
  bool user_namespaces_are_zero = false;    // user.max_user_namespaces is 0
  bool cgroup_namespaces_are_zero = false;  // user.max_cgroup_namespaces is 0, as in cells
};

// What the system has for all programs: no test brings it along, or writes to it.
inline constexpr std::string_view kSystemDirectories[] = {
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/nix", "/gnu"};

// File systems of the kernel's, of which a cell has its own or shares all.
inline constexpr std::string_view kKernelDirectories[] = {"/dev", "/proc", "/sys"};

// A directory that tests have copy-on-write views of.
struct FileView {
  std::string directory;  // absolute, without links
  // What all tests share in it, by names relative to it: Unix sockets, whose peers are outside.
  std::vector<std::string> shared{};
  // Nothing of the host's is in it but what these name, relative to it: directories, links and,
  // without what is in them, files, each after the directory it lies in; and copies of files.
  bool is_empty = false;
  std::vector<std::string> made{};
  std::vector<std::string> copied{};

  // Adds to `made` what lies at `path`, and the directories on the way to it, if it is empty.
  void make(const std::string& path);
  // Adds to `copied`, and the directories on the way to `made`.
  void copy(const std::string& path);
  friend bool operator==(const FileView&, const FileView&) = default;
};

struct HostFacts {
  uid_t uid = 0;
  gid_t gid = 0;
  // The keeper may map ids other than its own and make namespaces without a user namespace.
  bool privileged = false;
  // The ids the keeper itself has; a privileged keeper hands all of them on.
  std::vector<IdRange> uids;
  std::vector<IdRange> gids;
  std::vector<CgroupMount> cgroup_mounts;  // as the run was started in them
  std::vector<CgroupBase> cgroups;
  std::vector<int> cpus;                   // that the run may use, in order
  std::vector<std::string> block_devices;  // "8:0": whole disks, for caps on their use
  std::vector<HardLimit> hard_limits;
  Bytes smallest_memory;  // a cap below this does not hold a guest that does nothing; 0 is unknown
  Surroundings surroundings;
  std::string working_directory;  // where guests begin: the run's, or "/" where that is no good
  std::string lost_directory;     // why it is not the run's; else empty
  // Files, directories and links that must stay visible when a private tmpfs covers what they lie
  // under (needed_paths.h): the working directory, the test binary and what it has loaded, what the
  // environment names.
  std::vector<std::string> needed_paths;
  // The test binary and what is loaded with it, wherever they lie.
  std::vector<std::string> program_files{};
  std::vector<FileView> views;  // by default
  std::vector<Loss> losses;

  const Loss* loss_of(Facility facility) const;
  bool has(Facility facility) const { return loss_of(facility) == nullptr; }
  // The group of each cell in which `controller` works, nullptr where there is none.
  const CgroupBase* base_with(Controller controller) const;
};

}  // namespace cloister
