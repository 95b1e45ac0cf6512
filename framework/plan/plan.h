// A CellPlan says everything about one cell before it exists. It is a value: it can be printed
// (explain.h), compared, sent to the builder (encode.h) and tested without any privilege.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <cloister/config.h>

#include "framework/facts/facts.h"
#include "framework/kernel/error.h"
#include "framework/plan/request.h"
#include "framework/protocol/step_code.h"

namespace cloister {

// The set-up steps, each done by init inside the new namespaces, in the plan's order.
// A new facility is one more alternative here and in step_code.h, and a case in encode.cc,
// explain.cc and builder/steps_inside.cc.
struct SetPropagation {  // of every mount
  Propagation propagation{};
  friend bool operator==(const SetPropagation&, const SetPropagation&) = default;
};
struct MountProc {
  std::string target;
  friend bool operator==(const MountProc&, const MountProc&) = default;
};
struct MountTmpfs {
  std::string target;
  std::uint64_t bytes = 0;
  std::uint64_t inodes = 0;  // besides its root and what is kept
  // Entries of `target` that stay visible: names, not paths. "." is all of it, as kCoveredItself.
  std::vector<std::string> keep;
  bool optional = true;  // where there is no `target`, there is nothing to cover
  friend bool operator==(const MountTmpfs&, const MountTmpfs&) = default;
};
struct MakeReadOnly {
  std::string target;  // skipped where it does not exist
  bool below = true;   // with everything that is mounted below it
  friend bool operator==(const MakeReadOnly&, const MakeReadOnly&) = default;
};
struct SetHostname {
  std::string name;
  friend bool operator==(const SetHostname&, const SetHostname&) = default;
};
struct BringUpLoopback {
  friend bool operator==(const BringUpLoopback&, const BringUpLoopback&) = default;
};
struct OpenLowPorts {  // ports below 1024 need no capability: ip_unprivileged_port_start, ip(7)
  friend bool operator==(const OpenLowPorts&, const OpenLowPorts&) = default;
};
// What follows, up to EnterRoot, has targets that begin with "./": the new root, made of a
// directory, or of an empty tmpfs where that is "".
struct StartRoot {
  std::string directory;
  friend bool operator==(const StartRoot&, const StartRoot&) = default;
};
struct BindMount {  // with everything mounted below `source`
  std::string source;
  std::string target;
  bool read_only = false;
  friend bool operator==(const BindMount&, const BindMount&) = default;
};
struct EnterRoot {  // by pivot_root(2): nothing of the old root stays in view
  friend bool operator==(const EnterRoot&, const EnterRoot&) = default;
};
struct SetClocks {  // of a time namespace, which the guest then joins
  ClockOffsets offsets;
  friend bool operator==(const SetClocks&, const SetClocks&) = default;
};
// The cell's /etc/hosts: that of its root, where there is one, and a line with its own address and
// `name`. The file lies in a tmpfs on /proc.
struct NameInHosts {
  std::string name;
  bool before_proc = false;  // MountProc covers that tmpfs; else it is taken off again
  friend bool operator==(const NameInHosts&, const NameInHosts&) = default;
};
// Copy-on-write views of directories: what is written in them goes to a file system of the cell's,
// which the warden reads when the cell is gone (files/put_in_place.h). One that is not there, or
// is read-only, stays as it is.
struct MountViews {
  std::vector<FileView> views;
  std::string at{};     // "." where they are mounted into the new root
  std::string store{};  // what the directory with all that is written begins with; "" is memory
  friend bool operator==(const MountViews&, const MountViews&) = default;
};
// In the new root, where it is not there.
struct MakeDirectory {
  std::string target;
  friend bool operator==(const MakeDirectory&, const MakeDirectory&) = default;
};
struct MakeLink {  // in the new root, like the symbolic link `source` of the host's
  std::string source;
  std::string target;
  friend bool operator==(const MakeLink&, const MakeLink&) = default;
};
struct BindReadOnly {  // a directory on itself, with all mounted below it
  std::string target;
  friend bool operator==(const BindReadOnly&, const BindReadOnly&) = default;
};
using SetupStep =
    std::variant<SetPropagation, MountProc, MountTmpfs, MakeReadOnly, SetHostname, BringUpLoopback,
                 OpenLowPorts, StartRoot, BindMount, EnterRoot, SetClocks, NameInHosts, MountViews,
                 BindReadOnly, MakeDirectory, MakeLink>;

// `inside` and the ids after it are `outside` and the ids after it in the parent namespace.
struct IdMapping {
  std::uint32_t inside = 0;
  std::uint32_t outside = 0;
  std::uint32_t count = 0;
  friend bool operator==(const IdMapping&, const IdMapping&) = default;
};

// A number in a file of a cgroup.
struct Gauge {
  std::string file;
  // Of a file of "key value" lines; with a "=" at its end, of one of "key=value" words, which are
  // added up; empty when the file is one number.
  std::string key{};
  std::uint32_t divide_by = 1;  // the file's unit to that of who reads it
  friend bool operator==(const Gauge&, const Gauge&) = default;
};
struct CgroupReading {
  Reading reading{};
  Gauge gauge;
  friend bool operator==(const CgroupReading&, const CgroupReading&) = default;
};
struct CgroupSetting {
  std::string file;
  std::string value;
  bool required = true;  // the file is there on every kernel
  friend bool operator==(const CgroupSetting&, const CgroupSetting&) = default;
};
struct CgroupPlan {
  std::string stem;       // of its directory, whose name ends with the number of the cell
  std::string join_file;  // to write 0 to, to be in
  std::vector<CgroupSetting> settings;
  std::vector<CgroupReading> readings;
  friend bool operator==(const CgroupPlan&, const CgroupPlan&) = default;
};

// What init makes: needs no guest.
struct InsidePlan {
  std::uint64_t namespaces = 0;  // CLONE_NEW*
  std::vector<IdMapping> uid_map;
  std::vector<IdMapping> gid_map;
  bool allow_setgroups = false;
  LentNetwork lent_network{};  // what stands for the network among `namespaces`
  std::vector<SetupStep> steps;
  std::vector<CgroupPlan> cgroups;
  std::uint8_t look_for = 0;  // kLookFor*, where nobody but the guest could have left it

  // Whether there is a time namespace, which clone3(2) cannot make in time: time_namespaces(7).
  bool has_clocks() const;
  friend bool operator==(const InsidePlan&, const InsidePlan&) = default;
};

// setrlimit(2), soft and hard.
struct ResourceLimit {
  int resource = 0;
  std::uint64_t value = 0;
  friend bool operator==(const ResourceLimit&, const ResourceLimit&) = default;
};

// What the guest becomes once it is inside.
struct GuestPlan {
  std::uint64_t capabilities = 0;      // a bit per CAP_*, kept in the bounding set
  std::optional<std::uint32_t> uid{};  // that it changes to; nothing when it is that already
  std::optional<std::uint32_t> gid{};
  Streams streams{};
  std::string working_directory;
  std::vector<int> keep_fds;
  // Where a 0 keeps it from making cgroup namespaces, in which it could mount the groups that it is
  // capped by; empty where there are none, or it may.
  std::string cgroup_namespaces_file{};
  std::vector<ResourceLimit> limits;
  std::vector<int> cpus;  // by sched_setaffinity(2), where no cgroup does it; empty is as they are
  friend bool operator==(const GuestPlan&, const GuestPlan&) = default;
};

// How much of what a guest asks the kernel for by name is seen: launch/audited_calls.h.
enum class AuditDepth : std::uint8_t { kNothing, kWrites, kPaths, kAll };

// What an audit has to know of the cell's files. All paths are absolute.
struct AuditPlan {
  AuditDepth seen = AuditDepth::kNothing;
  std::vector<std::string> own{};     // its private directories
  std::vector<std::string> kept{};    // what stays the host's in them
  std::string covered{};              // where it sees the directory that one of them covers, or ""
  std::vector<std::string> views{};   // directories of copy-on-write views
  std::vector<std::string> shared{};  // what is the host's in those
  // Writing to these fails, where there are no views; empty with Files::kDeclared.
  std::vector<std::string> read_only{};
  // With Files::kDeclared: what may be read, patterns of what may be written, and directories that
  // are there besides.
  std::optional<std::vector<std::string>> declared{};
  std::vector<std::string> outputs{};
  std::vector<std::string> places{};
  friend bool operator==(const AuditPlan&, const AuditPlan&) = default;
};

// What the warden holds the guest to, from outside.
struct WatchPlan {
  std::chrono::milliseconds deadline{};      // 0 is never
  std::chrono::milliseconds notice_after{};  // 0 is never
  Bytes output;
  Bytes memory_cap;                      // 0 is none
  std::chrono::milliseconds cpu_time{};  // 0 is never
  // Where the cell can be looked at while it runs; empty where it cannot, or need not be.
  std::string cpu_stem{};     // of the group that has the next, as in CgroupPlan
  Gauge cpu_gauge;            // its processor time, in microseconds
  std::string memory_stem{};  // of its memory group
  CgroupVersion memory_version{};
  std::vector<std::string> tmpfs;  // the targets of the cell's own, in the order of its steps
  std::vector<std::string> views;  // the directories that it has views of, in that order
  bool keep_files = false;         // what was written in them is put in place on the host
  FileConflicts conflicts = FileConflicts::kNote;
  bool is_stored = false;              // that is in a directory, to be removed
  std::vector<std::string> outputs{};  // when set, nothing else is put in place: path_patterns.h
  std::string keep_failed{};           // where what a failed test wrote is saved; empty: nowhere
  AuditPlan audit{};
  friend bool operator==(const WatchPlan&, const WatchPlan&) = default;
};

// Cells that are asked for the same have one plan: it says nothing of the number of the cell.
struct CellPlan {
  InsidePlan inside;
  GuestPlan guest;
  WatchPlan watch;
  // What was asked for and the defaults, without what does not hold on this host: for the test to
  // read.
  CellConfig in_force;
  friend bool operator==(const CellPlan& a, const CellPlan& b) {
    return a.inside == b.inside && a.guest == b.guest && a.watch == b.watch;
  }
};

// As the cells that have it share it.
using SharedPlan = std::shared_ptr<const CellPlan>;
Result<SharedPlan> shared(Result<CellPlan> plan);

// A cell's directory of those with that stem.
std::string cgroup_directory(std::string_view stem, std::uint32_t cell);
// The files that a process writes 0 to, to be in the cell's cgroups.
std::vector<std::string> join_paths(const CellPlan& plan, std::uint32_t cell);

// What `asked` sets explicitly and the host cannot give is an Error with the cure; a lost default
// is left out.
Result<CellPlan> make_plan(const CellRequest& asked, const HostFacts& facts);
Result<CellPlan> make_plan(const CellConfig& asked, const HostFacts& facts);

// The plan of the cell of that number for people, one line per fact.
std::string explain(const CellPlan& plan, std::uint32_t cell);

}  // namespace cloister
