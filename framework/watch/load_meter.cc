#include "framework/watch/load_meter.h"

#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "framework/kernel/fd.h"
#include "framework/kernel/number_in.h"

namespace cloister {
namespace {

// The lines of the processors stand at the start of /proc/stat. Those of interrupts behind them may
// be longer than all of these.
constexpr std::size_t kProcessorLines = std::size_t{128} * 1024;

// Where version 2 says "max", version 1 has a number near the greatest.
constexpr std::uint64_t kNoCap = std::uint64_t{1} << 62;

std::string text_of(const std::string& file) { return read_file(file).value_or(""); }

std::uint64_t read(const Gauge& gauge) {
  return number_in(text_of(gauge.file), gauge.key) / gauge.divide_by;
}

// Of "50000 100000", quota and period. 0 where there is no quota: "max", or -1 in version 1.
double processors_of(const std::string& quota_and_period) {
  std::istringstream in(quota_and_period);
  double quota = 0;
  double period = 0;
  if (!(in >> quota >> period) || quota <= 0 || period <= 0) return 0;
  return quota / period;
}

// `group`, and those above it, to the top of what is mounted.
std::vector<std::string> groups_from(std::string group, const std::string& top) {
  std::vector<std::string> groups;
  while (group.size() > top.size() && group.starts_with(top)) {
    groups.push_back(group);
    group.resize(group.rfind('/'));
  }
  groups.push_back(top);
  return groups;
}

}  // namespace

LoadMeter::LoadMeter(const HostFacts& facts, std::string proc)
    : proc_(std::move(proc)), cpus_(facts.cpus) {
  std::string accounting;  // version 1, where the cpu controller does not count itself
  for (const CgroupMount& mount : facts.cgroup_mounts) {
    if (std::ranges::find(mount.controllers, "cpuacct") != mount.controllers.end())
      accounting = mount.group;
  }
  for (const CgroupMount& mount : facts.cgroup_mounts) {
    if (mount.group.empty()) continue;
    for (const std::string& group : groups_from(mount.group, mount.top))
      add_caps(mount, group, accounting);
  }
}

void LoadMeter::add_caps(const CgroupMount& mount, const std::string& group,
                         const std::string& accounting) {
  const bool v2 = mount.version == CgroupVersion::kV2;
  const double processors = processors_of(v2 ? text_of(group + "/cpu.max")
                                             : text_of(group + "/cpu.cfs_quota_us") +
                                                   text_of(group + "/cpu.cfs_period_us"));
  if (processors > 0) {
    const bool together = ::access((group + "/cpuacct.usage").c_str(), R_OK) == 0;
    processor_caps_.push_back(
        {processors, v2 ? Gauge{group + "/cpu.stat", "usage_usec"}
                        : Gauge{(together ? group : accounting) + "/cpuacct.usage", "", 1000}});
  }
  const std::string memory = group + (v2 ? "/memory.max" : "/memory.limit_in_bytes");
  if (const std::uint64_t cap = number_in(text_of(memory)); cap > 0 && cap < kNoCap) {
    memory_caps_.push_back(
        {Bytes{cap}, group + (v2 ? "/memory.current" : "/memory.usage_in_bytes"),
         Gauge{group + "/memory.stat", v2 ? "inactive_file" : "total_inactive_file"}});
  }
}

// Precise while a processor sleeps, unlike its other times, of which a tick takes samples. Time
// spent waiting for a disk is not idle: more cells would not make it faster.
double LoadMeter::idle_seconds() const {
  static const auto kTicks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  std::istringstream lines(read_file(proc_ + "/stat", kProcessorLines).value_or(""));
  std::uint64_t idle = 0;
  for (std::string line; std::getline(lines, line) && line.starts_with("cpu");) {
    std::istringstream fields(line.substr(3));
    int cpu = -1;
    std::uint64_t ticks = 0;
    fields >> cpu;
    for (int field = 0; field < 4; ++field) fields >> ticks;  // user, nice, system, idle
    const bool of_all = line.starts_with("cpu ");
    if (!of_all && std::ranges::binary_search(cpus_, cpu)) idle += ticks;
  }
  return static_cast<double>(idle) / kTicks;
}

Load LoadMeter::operator()(Admission::Time now) {
  const double seconds = std::chrono::duration<double>(now - last_look_).count();
  const bool first = last_look_ == Admission::Time{};
  last_look_ = now;
  Load load;
  load.processors = static_cast<double>(std::max<std::size_t>(cpus_.size(), 1));
  const double idle = idle_seconds();
  load.idle = std::clamp((idle - std::exchange(last_idle_, idle)) / seconds, 0.0, load.processors);
  for (ProcessorCap& cap : processor_caps_) {
    const std::uint64_t used = read(cap.used);
    const double since = static_cast<double>(used - std::exchange(cap.last, used)) / 1e6 / seconds;
    load.processors = std::min(load.processors, cap.processors);
    load.idle = used == 0 ? 0 : std::clamp(cap.processors - since, 0.0, load.idle);
  }
  if (first) load.idle = 0;
  const std::string memory = text_of(proc_ + "/meminfo");
  load.memory = Bytes{number_in(memory, "MemAvailable:") * 1024};
  load.all_memory = Bytes{number_in(memory, "MemTotal:") * 1024};
  for (const MemoryCap& cap : memory_caps_) {
    const std::uint64_t held = number_in(text_of(cap.used));
    const std::uint64_t used = held - std::min(held, read(cap.reclaimable));
    const Bytes left{cap.cap.count - std::min(cap.cap.count, used)};
    if (left < load.memory) load.memory = left, load.all_memory = cap.cap;
  }
  return load;
}

}  // namespace cloister
