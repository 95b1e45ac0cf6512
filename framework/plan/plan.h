// A CellPlan describes everything about one cell before it exists. It is a value: it can be printed
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

// The set-up steps. init does each inside the new namespaces, in the plan's order.
// To add a facility, add an alternative here and in step_code.h, and a case in encode.cc,
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
  std::uint64_t inodes = 0;  // without its root and what is kept
  // Entries of `target` that stay visible: names, not paths. "." is all of it, as kCoveredItself.
  std::vector<std::string> keep;
  bool optional = true;  // without `target` there is nothing to cover
  bool copies = false;   // shows a copy, on write, of what it covers
  friend bool operator==(const MountTmpfs&, const MountTmpfs&) = default;
};
struct MakeReadOnly {
  std::string target;  // skipped if it does not exist
  bool below = true;   // with everything mounted below it
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
// Until EnterRoot, the targets of the next steps begin with "./": the new root, made from a
// directory, or from an empty tmpfs if that is "".
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
struct EnterRoot {  // by pivot_root(2): nothing of the old root stays visible
  friend bool operator==(const EnterRoot&, const EnterRoot&) = default;
};
struct SetClocks {  // of a time namespace, which the guest then joins
  ClockOffsets offsets;
  friend bool operator==(const SetClocks&, const SetClocks&) = default;
};
// The cell's /etc/hosts: that of its root, if any, plus a line with its own address and `name`. The
// file is in a tmpfs on /proc.
struct NameInHosts {
  std::string name;
  bool before_proc = false;  // MountProc covers that tmpfs; else it is unmounted again
  friend bool operator==(const NameInHosts&, const NameInHosts&) = default;
};
// Copy-on-write views of directories. Writes in them go to a file system of the cell, which the
// warden reads when the cell is gone (files/put_in_place.h). A directory that does not exist or is
// read-only stays as it is.
struct MountViews {
  std::vector<FileView> views;
  std::string at{};          // "." if they are mounted into the new root
  std::string store{};       // name prefix of the directory with everything written; "" is memory
  bool in_template = false;  // of what a template sees: sockets in them answer
  friend bool operator==(const MountViews&, const MountViews&) = default;
};
// In the new root, if it does not exist there.
struct MakeDirectory {
  std::string target;
  friend bool operator==(const MakeDirectory&, const MakeDirectory&) = default;
};
struct MakeLink {  // in the new root, like the host's symbolic link `source`
  std::string source;
  std::string target;
  friend bool operator==(const MakeLink&, const MakeLink&) = default;
};
struct BindReadOnly {  // a directory onto itself, with everything mounted below it
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
  // In a file of "key value" lines. With a "=" at its end: in a file of "key=value" words, which
  // are added up. Empty if the file is one number.
  std::string key{};
  std::uint32_t divide_by = 1;  // converts the file's unit to the reader's
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
  bool required = true;  // every kernel has the file
  friend bool operator==(const CgroupSetting&, const CgroupSetting&) = default;
};
struct CgroupPlan {
  std::string stem;       // of its directory, whose name ends in the number of the cell
  std::string join_file;  // a process writes 0 to it to join
  std::vector<CgroupSetting> settings;
  std::vector<CgroupReading> readings;
  friend bool operator==(const CgroupPlan&, const CgroupPlan&) = default;
};

// What init makes. It needs no guest.
struct InsidePlan {
  std::uint64_t namespaces = 0;  // CLONE_NEW*
  std::vector<IdMapping> uid_map;
  std::vector<IdMapping> gid_map;
  bool allow_setgroups = false;
  LentNetwork lent_network{};  // replaces the network among `namespaces`
  std::vector<SetupStep> steps;
  std::vector<CgroupPlan> cgroups;
  std::uint8_t look_for = 0;  // kLookFor*, where only the guest could have left something

  // Whether there is a time namespace. clone3(2) makes it too late: time_namespaces(7).
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
  std::optional<std::uint32_t> uid{};  // that it changes to; nothing if it has it already
  std::optional<std::uint32_t> gid{};
  Streams streams{};
  std::string working_directory;
  std::vector<int> keep_fds;
  // A 0 in this file keeps the guest from making cgroup namespaces, in which it could mount the
  // groups that cap it. Empty if there are none, or if it may.
  std::string cgroup_namespaces_file{};
  std::vector<ResourceLimit> limits;
  std::vector<int> cpus;  // by sched_setaffinity(2), if no cgroup does it; empty is unchanged
  std::vector<SharedService> services{};  // that it starts before its tests, or that there are
  friend bool operator==(const GuestPlan&, const GuestPlan&) = default;
};

// How much an audit sees of what a guest asks the kernel for by name: launch/audited_calls.h.
enum class AuditDepth : std::uint8_t { kNothing, kWrites, kPaths, kAll };

// What an audit has to know about the cell's files. All paths are absolute.
struct AuditPlan {
  AuditDepth seen = AuditDepth::kNothing;
  std::vector<std::string> own{};   // its private directories
  std::vector<std::string> kept{};  // parts of them that stay the host's
  std::string covered{};  // where the cell sees a directory that one of them covers, or ""
  std::vector<std::string> views{};   // directories of copy-on-write views
  std::vector<std::string> shared{};  // parts of those that stay the host's
  // If there are no views, writing to these fails. Empty with Files::kDeclared.
  std::vector<std::string> read_only{};
  // With Files::kDeclared: what may be read, patterns of what may be written, and directories that
  // exist besides.
  std::optional<std::vector<std::string>> declared{};
  std::vector<std::string> outputs{};
  std::vector<std::string> places{};
  friend bool operator==(const AuditPlan&, const AuditPlan&) = default;
};

// The limits that the warden enforces on the guest from outside.
struct WatchPlan {
  std::chrono::milliseconds deadline{};      // 0 is never
  std::chrono::milliseconds notice_after{};  // 0 is never
  Bytes output;
  Bytes memory_cap;                      // 0 is none
  std::chrono::milliseconds cpu_time{};  // 0 is never
  // Where to look at the cell while it runs; empty if that is impossible or unnecessary.
  std::string cpu_stem{};     // of the group of cpu_gauge, as in CgroupPlan
  Gauge cpu_gauge;            // its processor time, in microseconds
  std::string memory_stem{};  // of its memory group
  CgroupVersion memory_version{};
  std::vector<std::string> tmpfs;  // the targets of the cell's own, in the order of its steps
  std::vector<std::string> views;  // the directories that it has views of, in the same order
  bool keep_files = false;         // what was written in them is put in place on the host
  FileConflicts conflicts = FileConflicts::kNote;
  bool is_stored = false;  // it is stored in a directory, to be removed
  std::vector<std::string>
      outputs{};              // if set, nothing else is put in place: config/path_pattern.h
  std::string keep_failed{};  // where to save what a failed test wrote; empty: nowhere
  AuditPlan audit{};
  friend bool operator==(const WatchPlan&, const WatchPlan&) = default;
};

// Cells with equal requests share one plan: it does not contain the number of the cell.
struct CellPlan {
  InsidePlan inside;
  GuestPlan guest;
  WatchPlan watch;
  // What was asked for, and the defaults, without what does not hold on this host. The test can
  // read it.
  CellConfig in_force;
  friend bool operator==(const CellPlan& a, const CellPlan& b) {
    return a.inside == b.inside && a.guest == b.guest && a.watch == b.watch;
  }
};

// Shared by all cells that have this plan.
using SharedPlan = std::shared_ptr<const CellPlan>;
Result<SharedPlan> shared(Result<CellPlan> plan);

// The directory of a cell, of those with that stem.
std::string cgroup_directory(std::string_view stem, std::uint32_t cell);
// A process writes 0 to these files to join the cell's cgroups.
std::vector<std::string> join_paths(const CellPlan& plan, std::uint32_t cell);

// If `asked` sets something explicitly that the host cannot give, that is an Error with the cure. A
// lost default is left out.
Result<CellPlan> make_plan(const CellRequest& asked, const HostFacts& facts);
Result<CellPlan> make_plan(const CellConfig& asked, const HostFacts& facts);

// What a guest that was forked from a template shares with it.
enum class TemplateKind : std::uint8_t {
  kSnapshot,  // nothing: its cell begins with copies
  kServices,  // the network and what goes by System V IPC: servers there answer
  kAny,       // the template decides when it stands still
};
// Of a test that a template forks: the template's plan is `of_template`. The cell has what the
// template's made of it: its users, its mounts, and copies of what is written in those.
Result<CellPlan> plan_in_template(const CellPlan& of_template, TemplateKind kind);
// Without it: why the tests of such a cell cannot be forked from a template.
Result<void> check_template(const CellPlan& plan);

// Describes the plan of the cell with that number for people, one line per fact.
std::string explain(const CellPlan& plan, std::uint32_t cell);

}  // namespace cloister
