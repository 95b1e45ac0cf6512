#include "framework/watch/gauges.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <string_view>

#include "framework/kernel/number_in.h"
#include "framework/kernel/single_threaded_fork.h"

namespace cloister {
namespace {

// utime to cstime, fields 14 to 17 of /proc/PID/stat, in clock ticks: proc(5).
std::chrono::microseconds process_cpu_time(pid_t pid) {
  const std::string stat = read_file(fmt::format("/proc/{}/stat", pid)).value_or("");
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(stat.substr(name_end + 2));
  std::string skip;
  for (int field = 3; field < 14; ++field) fields >> skip;
  std::int64_t sum = 0;
  for (int field = 14; field <= 17; ++field) {
    std::int64_t ticks = 0;
    fields >> ticks;
    sum += ticks;
  }
  return std::chrono::microseconds(sum * 1'000'000 / ::sysconf(_SC_CLK_TCK));
}

// Records in there are those of at most some seconds.
constexpr int kMostRecords = 10000;

// Of a process in the pid namespace in which the kernel numbers those of its messages: its inode is
// PROC_PID_INIT_INO of linux/proc_ns.h.
bool is_in_first_pid_namespace() {
  constexpr ino_t kFirst = 0xEFFFFFFC;
  struct stat status{};
  return ::stat("/proc/self/ns/pid", &status) == 0 && status.st_ino == kFirst;
}

// At its end, each read of it a record.
Fd open_kernel_log() {
  // What is watched under ThreadSanitizer is not the guest itself (docs/decisions/0004).
  if (!is_in_first_pid_namespace() || fork_starts_a_thread()) return Fd();
  Fd log(::open("/dev/kmsg", O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (log.open() && ::lseek(log.get(), 0, SEEK_END) < 0) log.reset();
  return log;
}

// "6,339,5140900,-;text", where the first number is the kernel's own below 8:
// Documentation/ABI/testing/dev-kmsg.
bool is_from_kernel(std::string_view record) {
  return record.size() > 1 && record[0] < '8' && record[1] == ',';
}

Fd open_file(const std::string& path, int flags) {
  return Fd(::open(path.c_str(), flags | O_CLOEXEC));
}

// Between looks at what a capped memory is made of. The kernel's alarms say when it is worth one,
// but on a busy machine they are heard late.
constexpr std::chrono::milliseconds kMemoryLooks{20};
constexpr std::chrono::milliseconds kAfterMemoryAlarm{2};

// No use of all processors could use the time up before this has passed.
Clock::duration earliest(std::chrono::microseconds cpu_time) {
  static const long processors = std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN));
  return std::max<Clock::duration>(cpu_time / processors, std::chrono::milliseconds(1));
}

}  // namespace

Gauges::Gauges(const WatchPlan& plan, std::uint32_t cell, pid_t guest, Clock::time_point now)
    : cpu_(plan.cpu_gauge),
      guest_(guest),
      memory_version_(plan.memory_version),
      cpu_cap_(plan.cpu_time) {
  if (cpu_cap_.count() > 0) next_cpu_look_ = now + earliest(cpu_cap_);
  if (!plan.cpu_stem.empty())
    cpu_.file = cgroup_directory(plan.cpu_stem, cell) + "/" + plan.cpu_gauge.file;
  if (plan.memory_stem.empty()) return;
  const std::string group = cgroup_directory(plan.memory_stem, cell);
  memory_stat_ = open_file(group + "/memory.stat", O_RDONLY);
  memory_version_ == CgroupVersion::kV1 ? watch_memory_v1(group) : watch_memory_v2(group);
  if (memory_alarm_.open()) next_memory_look_ = now + kMemoryLooks;
}

// An eventfd that the kernel signals when it finds hardly anything to reclaim and when it is about
// to kill: cgroup-v1/memory.rst, 10 and 11. Thresholds, its section 9, would come earlier and cost
// two RCU grace periods a cell (docs/decisions/0006). Nothing of this is needed to run the cell:
// what fails is left out.
void Gauges::watch_memory_v1(const std::string& group) {
  Fd alarm(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  const Fd oom = open_file(group + "/memory.oom_control", O_RDONLY);
  const Fd pressure = open_file(group + "/memory.pressure_level", O_RDONLY);
  const std::string control = group + "/cgroup.event_control";
  std::ignore = write_file(control, fmt::format("{} {}", alarm.get(), oom.get()));
  std::ignore = write_file(control, fmt::format("{} {} critical", alarm.get(), pressure.get()));
  memory_alarm_ = std::move(alarm);
  kernel_memory_ = open_file(group + "/memory.kmem.max_usage_in_bytes", O_RDONLY);
  kernel_log_ = open_kernel_log();
}

// The file becomes urgent to read whenever a count in it changes, and "max" does each time the cap
// holds a page back: cgroup-v2.rst.
void Gauges::watch_memory_v2(const std::string& group) {
  memory_alarm_ = open_file(group + "/memory.events", O_RDONLY);
  char ignored[512];
  // Until it has been read once, it counts as changed.
  if (memory_alarm_.open() && ::read(memory_alarm_.get(), ignored, sizeof ignored) < 0)
    memory_alarm_.reset();
}

short Gauges::memory_events() const {
  return memory_version_ == CgroupVersion::kV1 ? POLLIN : POLLPRI;
}

void Gauges::look_at_memory(Clock::time_point now) {
  if (now < next_memory_look_) return;
  look_at_memory();
  next_memory_look_ = now + kMemoryLooks;
}

void Gauges::memory_alarm(Clock::time_point now) {
  look_at_memory();
  memory_quiet_until_ = next_memory_look_ = now + kAfterMemoryAlarm;
}

bool Gauges::is_out_of_cpu_time(Clock::time_point now) {
  if (now < next_cpu_look_) return false;
  const auto left = cpu_cap_ - cpu_time();
  if (left <= left.zero()) return true;
  next_cpu_look_ = now + earliest(left);
  return false;
}

void Gauges::look_at_memory() {
  char text[8192];
  std::ignore = ::pread(memory_alarm_.get(), text, sizeof text, 0);  // arms the next alarm, v2
  std::uint64_t count = 0;
  std::ignore = ::read(memory_alarm_.get(), &count, sizeof count);  // v1
  const ssize_t got = ::pread(memory_stat_.get(), text, sizeof text, 0);
  if (got <= 0) return;
  const std::string_view stat(text, static_cast<std::size_t>(got));
  const bool v1 = memory_version_ == CgroupVersion::kV1;
  const std::uint64_t shared = number_in(stat, "shmem");
  const std::uint64_t file = number_in(stat, v1 ? "cache" : "file");  // shared memory included
  const MemoryParts now{
      {number_in(stat, v1 ? "rss" : "anon")}, {file - std::min(file, shared)}, {shared}};
  const auto sum = [](const MemoryParts& parts) {
    return parts.anonymous.count + parts.file.count + parts.shared.count;
  };
  const Bytes kernel{
      std::max(memory_.kernel.count, v1 ? 0 : number_in(stat, "kernel") + number_in(stat, "sock"))};
  // A look that came after the kill sees less than the one before it.
  if (sum(now) >= sum(memory_)) memory_ = now;
  memory_.kernel = kernel;
}

void Gauges::look_at_kernel_memory() {
  char text[32];
  const ssize_t got = ::pread(kernel_memory_.get(), text, sizeof text, 0);
  if (got <= 0) return;
  const std::uint64_t peak = number_in({text, static_cast<std::size_t>(got)});
  memory_.kernel.count = std::max(memory_.kernel.count, peak);
}

// "Memory cgroup out of memory: Killed process 123 (name) ...", one for each that is counted.
bool Gauges::only_others_killed_for_memory() const {
  const std::string of_guest = fmt::format("Killed process {} (", guest_);
  bool of_others = false;
  char text[8192];
  for (int records = 0; kernel_log_.open() && records < kMostRecords; ++records) {
    const ssize_t got = ::read(kernel_log_.get(), text, sizeof text);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EPIPE) return false;  // some are overwritten
    if (got <= 0) break;
    const std::string_view record(text, static_cast<std::size_t>(got));
    if (!is_from_kernel(record)) continue;
    if (record.find(of_guest) != record.npos) return false;
    of_others = of_others || record.find("Killed process ") != record.npos;
  }
  return of_others;
}

std::chrono::microseconds Gauges::cpu_time() const {
  if (cpu_.file.empty()) return process_cpu_time(guest_);
  const std::uint64_t count = number_in(read_file(cpu_.file).value_or(""), cpu_.key);
  return std::chrono::microseconds(count / cpu_.divide_by);
}

}  // namespace cloister
