#include "framework/launch/this_cell.h"

#include <sys/resource.h>

#include <string_view>

#include <cloister/this_cell.h>

#include "framework/config/settings.h"
#include "framework/kernel/fd.h"
#include "framework/kernel/number_in.h"
#include "framework/wire/bytes.h"

namespace cloister {
namespace {

// Of the guest that this process is, or that forked it.
const CellPlan* the_plan = nullptr;
std::uint32_t the_cell = 0;

// number_in() of a file, if it is there.
std::optional<std::uint64_t> number_of(const std::string& file, std::string_view key) {
  const auto text = read_file(file);
  return text ? std::optional(number_in(*text, key)) : std::nullopt;
}

// The cell's group that has the reading, and which file of it.
const CgroupPlan* group_with(Reading reading) {
  if (the_plan == nullptr) return nullptr;
  for (const CgroupPlan& group : the_plan->inside.cgroups) {
    for (const CgroupReading& each : group.readings) {
      if (each.reading == reading) return &group;
    }
  }
  return nullptr;
}

Bytes memory_by(const char* v2_file, const char* v1_file, std::string_view status_key) {
  if (const CgroupPlan* group = group_with(Reading::kPeakMemory)) {
    for (const char* file : {v2_file, v1_file}) {
      if (const auto number = number_of(cgroup_directory(group->stem, the_cell) + "/" + file, ""))
        return Bytes{*number};
    }
  }
  return Bytes{number_of("/proc/self/status", status_key).value_or(0) * 1024};
}

std::chrono::microseconds time_of(int who) {
  rusage used{};
  ::getrusage(static_cast<__rusage_who>(who), &used);
  const auto sum = [](const timeval& a, const timeval& b) {
    return std::chrono::seconds(a.tv_sec + b.tv_sec) +
           std::chrono::microseconds(a.tv_usec + b.tv_usec);
  };
  return sum(used.ru_utime, used.ru_stime);
}

}  // namespace

void set_this_cell(const CellPlan& plan, std::uint32_t cell) {
  the_plan = &plan;
  the_cell = cell;
}

const CellPlan* plan_of_this_cell() { return the_plan; }

std::string this_cell_as_bytes() {
  ByteWriter out;
  if (the_plan == nullptr) return "";
  const CgroupPlan* memory = group_with(Reading::kPeakMemory);
  const Gauge& gauge = the_plan->watch.cpu_gauge;
  out.text(encode(the_plan->in_force));
  out.number(the_cell);
  out.text(memory == nullptr ? "" : memory->stem);
  out.text(the_plan->watch.cpu_stem);
  out.text(gauge.file);
  out.text(gauge.key);
  out.number(gauge.divide_by);
  return std::move(out.bytes());
}

void set_this_cell(std::string_view bytes) {
  static CellPlan plan;
  ByteReader in(bytes);
  plan.in_force = decode_config(in.text());
  the_cell = in.number<std::uint32_t>();
  if (const std::string stem(in.text()); !stem.empty())
    plan.inside.cgroups = {
        {.stem = stem, .join_file = "", .settings = {}, .readings = {{Reading::kPeakMemory, ""}}}};
  plan.watch.cpu_stem = in.text();
  plan.watch.cpu_gauge.file = in.text();
  plan.watch.cpu_gauge.key = in.text();
  plan.watch.cpu_gauge.divide_by = in.number<std::uint32_t>();
  the_plan = &plan;
}

const ThisCell& this_cell() {
  static const ThisCell cell;
  return cell;
}

bool ThisCell::inside() const { return the_plan != nullptr; }

const CellConfig& ThisCell::limits() const {
  static const CellConfig none;
  return the_plan == nullptr ? none : the_plan->in_force;
}

Bytes ThisCell::memory() const {
  return memory_by("memory.current", "memory.usage_in_bytes", "VmRSS:");
}

Bytes ThisCell::memory_peak() const {
  return memory_by("memory.peak", "memory.max_usage_in_bytes", "VmHWM:");
}

std::chrono::microseconds ThisCell::cpu_time() const {
  if (the_plan != nullptr && !the_plan->watch.cpu_stem.empty()) {
    const Gauge& gauge = the_plan->watch.cpu_gauge;
    const std::string file =
        cgroup_directory(the_plan->watch.cpu_stem, the_cell) + "/" + gauge.file;
    if (const auto number = number_of(file, gauge.key))
      return std::chrono::microseconds(*number / gauge.divide_by);
  }
  return time_of(RUSAGE_SELF) + time_of(RUSAGE_CHILDREN);
}

}  // namespace cloister
