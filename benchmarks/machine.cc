#include "benchmarks/machine.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

namespace cloister::benchmarks {
namespace {

std::string processor_model() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos)
      return " (" + line.substr(colon + 2) + ")";
  }
  return "";
}

// Without what a distribution or a cloud adds to the numbers.
std::string kernel() {
  utsname names{};
  uname(&names);
  const std::string release = names.release;
  return release.substr(0, release.find_first_not_of("0123456789."));
}

bool is_cgroup2(const char* directory) {
  struct statfs of{};
  return statfs(directory, &of) == 0 && of.f_type == CGROUP2_SUPER_MAGIC;
}

std::string cgroups() {
  if (is_cgroup2("/sys/fs/cgroup")) return "cgroup version 2";
  return is_cgroup2("/sys/fs/cgroup/unified") ? "cgroup version 1 (hybrid)" : "cgroup version 1";
}

struct ProcessorTime {
  double all = 0;
  double idle = 0;
};

// In clock ticks since boot: proc(5). Waiting for a disk is idle.
ProcessorTime processor_time() {
  std::ifstream stat("/proc/stat");
  std::string name;
  stat >> name;
  ProcessorTime time;
  double ticks = 0;
  // user, nice, system, idle, iowait, irq, softirq, steal; what follows is in user already
  for (int field = 0; field < 8 && stat >> ticks; ++field) {
    time.all += ticks;
    if (field == 3 || field == 4) time.idle += ticks;
  }
  return time;
}

}  // namespace

int processors() {
  cpu_set_t allowed;
  return sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
}

double busy_share() {
  const ProcessorTime before = processor_time();
  std::this_thread::sleep_for(std::chrono::seconds(2));
  const ProcessorTime after = processor_time();
  const double passed = after.all - before.all;
  return passed > 0 ? 1 - (after.idle - before.idle) / passed : 0;
}

std::string describe_machine() {
  struct sysinfo system{};
  sysinfo(&system);
  constexpr double kGibibyte = 1 << 30;
  const double memory = static_cast<double>(system.totalram) * system.mem_unit / kGibibyte;
  return fmt::format("{} processors{}, {:.0f} GiB of memory, Linux {}, {}, as {}", processors(),
                     processor_model(), memory, kernel(), cgroups(),
                     geteuid() == 0 ? "root" : "an ordinary user");
}

}  // namespace cloister::benchmarks
