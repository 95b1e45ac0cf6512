// What this host can give to a cell. It is found out once per run (probe.h) and then is a plain
// value: make_plan reads it, the adapter prints its losses. Never makes a system call itself.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cloister/units.h>

#include "framework/facts/facility.h"

namespace cloister {

// A facility that this host does not give.
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

// A cgroup directory below which this run makes its own, one per cell.
struct CgroupBase {
  CgroupVersion version{};
  std::string run_directory;  // made at the start of the run, removed at its end
  std::vector<Controller> controllers{};
  // Few cells have a group here. The run has no directory; its name is the prefix of theirs.
  bool on_demand = false;
  // The group that the run was started in. The run changes nothing above it.
  std::string group{};
  // Version 2, to be undone at the end: controllers that `group` did not delegate before
  // ("-memory -pids"), and the leaf that its processes were moved to for that.
  std::string disable_at_end{};
  std::string leaf{};
  // Version 1, cpuset: the memory nodes to set in each group.
  std::string memory_nodes{};

  bool has(Controller controller) const;
};

// A mounted cgroup hierarchy, and this process's own group in it.
struct CgroupMount {
  CgroupVersion version{};
  std::string top;                       // where it is mounted
  std::string group;                     // a directory; empty if it lies outside of what is mounted
  std::vector<std::string> controllers;  // of a version 1 hierarchy
};

// A resource limit of the run itself, which no test can exceed: getrlimit(2).
struct HardLimit {
  int resource = 0;
  std::uint64_t value = 0;
};

enum class Container : std::uint8_t { kNone, kDocker, kPodman, kOther };

// Whose CI runner runs this job. Each has its own place to configure containers.
enum class Ci : std::uint8_t { kNone, kGithub, kGitlab };

// Directories that each cell has of its own, which hide the host's.
inline constexpr std::string_view kCoveredDirectories[] = {"/tmp", "/dev/shm"};

// What the cure for a loss depends on.
struct Surroundings {
  Container container{};
  Ci ci{};
  bool systemd = false;                     // it runs this host
  bool user_manager = true;                 // and has an instance for this user
  bool cgroups_are_v1 = false;              // at least most of the controllers
  bool apparmor_restricts_users = false;    // kernel.apparmor_restrict_unprivileged_userns
  bool user_namespaces_are_off = false;     // kernel.unprivileged_userns_clone is 0
  bool user_namespaces_are_zero = false;    // user.max_user_namespaces is 0
  bool cgroup_namespaces_are_zero = false;  // user.max_cgroup_namespaces is 0, as in cells
};

// Directories that the system provides for all programs. No test ships them or writes to them.
inline constexpr std::string_view kSystemDirectories[] = {
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/nix", "/gnu"};

// The kernel's file systems. A cell has its own or shares all.
inline constexpr std::string_view kKernelDirectories[] = {"/dev", "/proc", "/sys"};

// A directory that tests have copy-on-write views of.
struct FileView {
  std::string directory;  // absolute, without links
  // What all tests share in it, relative to it: Unix sockets, whose peers are outside.
  std::vector<std::string> shared{};
  // It contains nothing of the host's but what the lists below name, relative to it. `made`:
  // directories, links, and files without their content, each after its directory. `copied`: files
  // with it.
  bool is_empty = false;
  std::vector<std::string> made{};
  std::vector<std::string> copied{};

  // If it is empty: adds to `made` what lies at `path`, and the directories on the way to it.
  void make(const std::string& path);
  // The same, but adds to `copied`; the directories on the way go to `made`.
  void copy(const std::string& path);
  friend bool operator==(const FileView&, const FileView&) = default;
};

struct HostFacts {
  uid_t uid = 0;
  gid_t gid = 0;
  // The keeper may map ids other than its own and make namespaces without a user namespace.
  bool privileged = false;
  // The ids that the keeper itself has. A privileged keeper passes all of them on.
  std::vector<IdRange> uids;
  std::vector<IdRange> gids;
  std::vector<CgroupMount> cgroup_mounts;  // as they were when the run started
  std::vector<CgroupBase> cgroups;
  std::vector<int> cpus;                   // that the run may use, sorted
  std::vector<std::string> block_devices;  // "8:0": whole disks, for caps on their use
  std::vector<HardLimit> hard_limits;
  Bytes smallest_memory;  // a guest that does nothing needs as much; 0 is unknown
  Surroundings surroundings;
  std::string working_directory;  // where guests begin: the run's, or "/" if that is unusable
  std::string lost_directory;     // why the run's is unusable; else empty
  // Files, directories and links that must stay visible when a private tmpfs covers their parent
  // (needed_paths.h): the working directory, the test binary and what it has loaded, what the
  // environment names.
  std::vector<std::string> needed_paths;
  // The test binary and what is loaded with it, wherever they are.
  std::vector<std::string> program_files{};
  std::vector<FileView> views;  // by default
  std::vector<Loss> losses;

  const Loss* loss_of(Facility facility) const;
  bool has(Facility facility) const { return loss_of(facility) == nullptr; }
  // The group of each cell in which `controller` works; nullptr if there is none.
  const CgroupBase* base_with(Controller controller) const;
};

}  // namespace cloister
