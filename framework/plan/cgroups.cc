// Caps and measurements: one cgroup per cell below the run's own directory, in v1 or v2 terms.
// File names: cgroup-v1/*.rst and cgroup-v2.rst of the kernel's documentation.
#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cmath>

#include "framework/plan/facilities.h"

namespace cloister {
namespace {

constexpr std::uint32_t kNanosecondsPerMicrosecond = 1000;

// One cell's group in one hierarchy, filled in controller by controller.
struct Group {
  const CellConfig& config;
  const HostFacts& facts;
  const CgroupBase& base;
  CgroupPlan& group;

  bool v1() const { return base.version == CgroupVersion::kV1; }
  void set(const char* file, std::string value, bool required = true) const {
    group.settings.push_back({file, std::move(value), required});
  }
  void read(Reading reading, const char* file, const char* key = "",
            std::uint32_t divide_by = 1) const {
    group.readings.push_back({reading, {file, key, divide_by}});
  }

  void memory() const {
    const Bytes cap = config.memory.value_or(Bytes{});
    const std::string value = fmt::format("{}", cap.count);
    if (cap.count > 0 && v1()) {
      set("memory.limit_in_bytes", value);
      // Memory and swap together; the file exists only where swap is accounted, and must not be set
      // first.
      set("memory.memsw.limit_in_bytes", value, false);
    } else if (cap.count > 0) {
      set("memory.max", value);
      set("memory.swap.max", "0", false);
      set("memory.oom.group", "1", false);
    }
    if (const Bytes high = config.memory_high.value_or(Bytes{}); high.count > 0)
      set("memory.high", fmt::format("{}", high.count));
    read(Reading::kPeakMemory, v1() ? "memory.max_usage_in_bytes" : "memory.peak");
    read(Reading::kOomKills, v1() ? "memory.oom_control" : "memory.events", "oom_kill");
    if (cap.count == 0) return;  // what it is made of is asked for when the cap has killed
    read(Reading::kFileMemory, "memory.stat", v1() ? "cache" : "file");
    read(Reading::kSharedMemory, "memory.stat", "shmem");
  }
  void pids() const {
    set("pids.max", fmt::format("{}", *config.processes));
    read(Reading::kRefusedForks, "pids.events", "max");
    read(Reading::kPeakProcesses, "pids.peak");
  }
  void cpu() const {
    constexpr double kPeriod = 100'000;  // microseconds, the kernel's own default
    if (const double cpus = config.cpus.value_or(0); cpus > 0) {
      const auto quota = static_cast<std::int64_t>(std::ceil(cpus * kPeriod));
      if (v1()) {
        set("cpu.cfs_quota_us", fmt::format("{}", quota));
      } else {
        set("cpu.max", fmt::format("{} {:.0f}", quota, kPeriod));
      }
    }
    if (v1()) {
      read(Reading::kThrottled, "cpu.stat", "throttled_time", kNanosecondsPerMicrosecond);
    } else {
      read(Reading::kThrottled, "cpu.stat", "throttled_usec");
    }
  }
  void cpu_accounting() const {
    if (v1()) {
      read(Reading::kUserCpu, "cpuacct.usage_user", "", kNanosecondsPerMicrosecond);
      read(Reading::kSystemCpu, "cpuacct.usage_sys", "", kNanosecondsPerMicrosecond);
    } else {
      read(Reading::kUserCpu, "cpu.stat", "user_usec");
      read(Reading::kSystemCpu, "cpu.stat", "system_usec");
    }
  }
  void cpuset() const {
    if (config.cpu_set) set("cpuset.cpus", *config.cpu_set);
    if (config.cpu_set && v1()) set("cpuset.mems", base.memory_nodes);
  }
  void io() const {
    const auto rate = [this](const char* file, const char* key, Bytes cap) {
      for (const std::string& device : facts.block_devices) {
        if (cap.count > 0) set(file, fmt::format("{} {}{}", device, key, cap.count));
      }
    };
    const Bytes read_rate = config.io_read_rate.value_or(Bytes{});
    const Bytes write_rate = config.io_write_rate.value_or(Bytes{});
    rate(v1() ? "blkio.throttle.read_bps_device" : "io.max", v1() ? "" : "rbps=", read_rate);
    rate(v1() ? "blkio.throttle.write_bps_device" : "io.max", v1() ? "" : "wbps=", write_rate);
    if (v1()) return;  // its count has one line per device and kind: getrusage(2) must do
    read(Reading::kIoRead, "io.stat", "rbytes=");
    read(Reading::kIoWritten, "io.stat", "wbytes=");
  }
  void plan(Controller controller) const {
    switch (controller) {
      case Controller::kMemory:
        return memory();
      case Controller::kPids:
        return pids();
      case Controller::kCpu:
        return cpu();
      case Controller::kCpuAccounting:
        return cpu_accounting();
      case Controller::kCpuset:
        return cpuset();
      case Controller::kIo:
        return io();
    }
  }
};

// Each group costs its making, its joining and its removal: in version 1 a cell has no more of them
// than it asked for.
bool is_needed(const CgroupBase& base, const CellConfig& config) {
  const bool io = config.io_read_rate.value_or(Bytes{}).count > 0 ||
                  config.io_write_rate.value_or(Bytes{}).count > 0;
  return base.has(Controller::kMemory) || base.has(Controller::kPids) ||
         (base.has(Controller::kCpu) && config.cpus.value_or(0) > 0) ||
         (base.has(Controller::kCpuAccounting) &&
          config.cpu_time.value_or(std::chrono::milliseconds::zero()).count() > 0) ||
         (base.has(Controller::kCpuset) && config.cpu_set) || (base.has(Controller::kIo) && io);
}

// A lone thread that moves itself through version 1's tasks waits for nobody. Every other write has
// the kernel wait until no thread of the machine forks, execs or exits (cgroup_threadgroup_rwsem),
// which under load is most of what a cell costs.
const char* join_file(CgroupVersion version) {
  return version == CgroupVersion::kV1 ? "tasks" : "cgroup.procs";
}

// The facility whose loss, found out by trying, takes the controller away.
bool is_lost(Controller controller, const HostFacts& facts) {
  return std::ranges::any_of(facilities(), [&](const FacilityInfo& info) {
    return info.controller == controller && is_default(info.facility) && !facts.has(info.facility);
  });
}

void plan_watching(const CgroupPlan& group, const CgroupBase& base, WatchPlan& watch) {
  const bool v1 = base.version == CgroupVersion::kV1;
  if (base.has(Controller::kCpuAccounting)) {
    watch.cpu_stem = group.stem;
    watch.cpu_gauge = v1 ? Gauge{"cpuacct.usage", "", kNanosecondsPerMicrosecond}
                         : Gauge{"cpu.stat", "usage_usec"};
  }
  if (base.has(Controller::kMemory) && watch.memory_cap.count > 0) {
    watch.memory_stem = group.stem;
    watch.memory_version = base.version;
  }
}

// Whoever has a user namespace of its own below the cell's may mount there, and in a cgroup
// namespace made there the groups that it is in, writable: cgroup_namespaces(7). A limit on the
// cell's user namespace holds for those below, too: namespaces(7), "The /proc/sys/user directory".
void keep_in(const CellRequest& request, const HostFacts& facts, CellPlan& plan) {
  const bool has_file = facts.has(Facility::kUserNamespace) && facts.has(Facility::kPrivateProc) &&
                        facts.has(Facility::kPidNamespace) && facts.has(Facility::kMountNamespace);
  if (plan.inside.cgroups.empty() || !has_file || request.keeps_capabilities()) return;
  plan.guest.cgroup_namespaces_file = request.proc_target + "/sys/user/max_cgroup_namespaces";
}

}  // namespace

std::string cgroup_directory(std::string_view stem, std::uint32_t cell) {
  return fmt::format("{}{}", stem, cell);
}

std::vector<std::string> join_paths(const CellPlan& plan, std::uint32_t cell) {
  std::vector<std::string> paths;
  paths.reserve(plan.inside.cgroups.size());
  for (const CgroupPlan& group : plan.inside.cgroups)
    paths.push_back(cgroup_directory(group.stem, cell) + "/" + group.join_file);
  return paths;
}

void plan_cgroups(const CellRequest& request, const HostFacts& facts, CellPlan& plan) {
  const CellConfig& config = request.config;
  if (facts.has(Facility::kCgroupNamespace)) plan.inside.namespaces |= CLONE_NEWCGROUP;
  if (facts.has(Facility::kMemoryCap)) plan.watch.memory_cap = config.memory.value_or(Bytes{});
  for (const CgroupBase& base : facts.cgroups) {
    if (!is_needed(base, config)) continue;
    CgroupPlan group{
        .stem = fmt::format("{}{}cell-", base.run_directory, base.on_demand ? "." : "/"),
        .join_file = join_file(base.version),
        .settings = {},
        .readings = {}};
    const Group filling{config, facts, base, group};
    for (const Controller controller : base.controllers) {
      if (!is_lost(controller, facts)) filling.plan(controller);
    }
    plan_watching(group, base, plan.watch);
    plan.inside.cgroups.push_back(std::move(group));
  }
  keep_in(request, facts, plan);
}

}  // namespace cloister
