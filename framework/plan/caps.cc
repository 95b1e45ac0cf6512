// File names: cgroup-v1/*.rst and cgroup-v2.rst of the kernel's documentation.
#include "framework/plan/caps.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "framework/config/settings.h"
#include "framework/plan/limits.h"

namespace cloister {
namespace {

// The kernel gives a group at least 1 ms of each period of 100 ms: sched-bwc.rst of its
// documentation.
constexpr double kFewestCpus = 0.01;

template <std::optional<Bytes> CellConfig::* field>
bool is_some(const CellConfig& config) {
  return (config.*field).value_or(Bytes{}).count > 0;
}

template <std::optional<Bytes> CellConfig::* field>
void ask_for_much(CellConfig& config, const HostFacts&) {
  config.*field = 1_GiB;
}

template <std::optional<Bytes> CellConfig::* field, Facility facility>
Result<void> check_memory(const CellRequest& request, const HostFacts& facts) {
  const Bytes asked = (request.config.*field).value_or(Bytes{});
  if (asked.count == 0 || !(asked < facts.smallest_memory)) return {};
  return too_small(request.role, facility_name(facility), bytes_text(asked),
                   bytes_text(facts.smallest_memory));
}

Result<void> check_processes(const CellRequest& request, const HostFacts&) {
  if (request.config.processes.value_or(1) > 0) return {};
  return too_small(request.role, facility_name(Facility::kProcessCap), "0", "1");
}

Result<void> check_cpus(const CellRequest& request, const HostFacts&) {
  const double asked = request.config.cpus.value_or(0);
  if (asked == 0 || asked >= kFewestCpus) return {};
  return too_small(request.role, facility_name(Facility::kCpuCap), fmt::format("{}", asked),
                   fmt::format("{}", kFewestCpus));
}

Result<void> check_cpu_set(const CellRequest& request, const HostFacts& facts) {
  const CellConfig& config = request.config;
  if (!config.cpu_set) return {};
  const auto cpus = parse_cpu_list(*config.cpu_set);
  if (!cpus) {
    return std::unexpected(
        Error{fmt::format("give this {} the CPU set '{}': that is no list of processors",
                          request.role, *config.cpu_set),
              0, "write it as in \"0-3,6\""});
  }
  for (const int cpu : *cpus) {
    if (std::ranges::find(facts.cpus, cpu) != facts.cpus.end()) continue;
    return std::unexpected(Error{fmt::format("give this {} processor {}: this run may use {}",
                                             request.role, cpu, fmt::join(facts.cpus, ",")),
                                 0, "ask for one of those"});
  }
  return {};
}

using C = CellConfig;
constexpr Cap kCaps[] = {
    {.setting = "memory",
     .facility = Facility::kMemoryCap,
     .is_asked = is_some<&C::memory>,
     .ask_for_plenty = ask_for_much<&C::memory>,
     .check = check_memory<&C::memory, Facility::kMemoryCap>},
    {.setting = "memory_high",
     .facility = Facility::kSoftMemoryCap,
     .is_asked = is_some<&C::memory_high>,
     .ask_for_plenty = ask_for_much<&C::memory_high>,
     .check = check_memory<&C::memory_high, Facility::kSoftMemoryCap>},
    {.setting = "processes",
     .facility = Facility::kProcessCap,
     .is_asked = [](const C& config) { return config.processes.has_value(); },
     .check = check_processes},
    {.setting = "cpus",
     .facility = Facility::kCpuCap,
     .is_asked = [](const C& config) { return config.cpus.value_or(0) > 0; },
     .ask_for_plenty = [](C& config, const HostFacts&) { config.cpus = 0.5; },
     .check = check_cpus},
    {.setting = "cpu_set",
     .facility = Facility::kCpuSet,
     .is_asked = [](const C& config) { return config.cpu_set.has_value(); },
     .ask_for_plenty =
         [](C& config, const HostFacts& facts) {
           config.cpu_set = facts.cpus.empty() ? "0" : std::to_string(facts.cpus.front());
         },
     .check = check_cpu_set},
    {.setting = "io_read_rate",
     .facility = Facility::kIoCap,
     .is_asked = is_some<&C::io_read_rate>,
     .ask_for_plenty = ask_for_much<&C::io_read_rate>},
    {.setting = "io_write_rate",
     .facility = Facility::kIoCap,
     .is_asked = is_some<&C::io_write_rate>,
     .ask_for_plenty = ask_for_much<&C::io_write_rate>},
};

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
};

}  // namespace

std::span<const Cap> cgroup_caps() { return kCaps; }

bool asks_for(const CellConfig& config, Facility facility) {
  return std::ranges::any_of(
      kCaps, [&](const Cap& cap) { return cap.facility == facility && cap.is_asked(config); });
}

void plan_controller(Controller controller, const CellConfig& config, const HostFacts& facts,
                     const CgroupBase& base, CgroupPlan& group) {
  const Group filling{config, facts, base, group};
  switch (controller) {
    case Controller::kMemory:
      return filling.memory();
    case Controller::kPids:
      return filling.pids();
    case Controller::kCpu:
      return filling.cpu();
    case Controller::kCpuset:
      return filling.cpuset();
    case Controller::kIo:
      return filling.io();
    case Controller::kCpuAccounting:
      return filling.cpu_accounting();
    case Controller::kCount:
      return;
  }
}

}  // namespace cloister
