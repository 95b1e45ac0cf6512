#include "benchmarks/machine.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <fstream>

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

}  // namespace

int processors() {
  cpu_set_t allowed;
  return sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
}

double load() {
  double average = 0;
  return getloadavg(&average, 1) == 1 ? average / processors() : 0;
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
