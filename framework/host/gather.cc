// Identity, paths and what the run itself is limited to, read from /proc and /sys.
#include "framework/host/gather.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>

#include "framework/host/cures.h"
#include "framework/host/file_views.h"
#include "framework/host/needed_paths.h"
#include "framework/kernel/fd.h"
#include "framework/launch/network_witness.h"

namespace cloister {
namespace {

bool has_capabilities(std::initializer_list<unsigned> wanted) {
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2] = {};
  if (::syscall(SYS_capget, &head, sets) != 0) return false;
  return std::ranges::all_of(wanted, [&](unsigned capability) {
    return (sets[capability / 32].effective >> capability % 32 & 1) != 0;
  });
}

// The ids that exist for this process: the first and third column of /proc/self/{uid_map,gid_map}.
std::vector<IdRange> own_ids(const char* file) {
  std::vector<IdRange> ranges;
  std::istringstream lines(read_file(file).value_or(""));
  IdRange range;
  std::uint32_t outside = 0;
  while (lines >> range.first >> outside >> range.count) ranges.push_back(range);
  return ranges;
}

// Every file that this process has mapped: the test binary and its shared libraries.
void add_mapped_files(std::set<std::string>& paths) {
  std::istringstream lines(read_file("/proc/self/maps", std::size_t{16} << 20).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t slash = line.find('/');
    if (slash != std::string::npos && !line.ends_with(" (deleted)"))
      paths.insert(line.substr(slash));
  }
}

std::vector<int> own_cpus() {
  std::vector<int> cpus;
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

// Whole disks that hold something, as /proc/partitions lists them among their partitions, which are
// throttled with their disk: proc(5).
std::vector<std::string> block_devices() {
  std::vector<std::string> devices;
  std::istringstream lines(read_file("/proc/partitions").value_or(""));
  std::string line;
  std::getline(lines, line);  // the names of the columns
  while (std::getline(lines, line)) {
    std::string major;
    std::string minor;
    std::string blocks;
    std::string name;
    if (!(std::istringstream(line) >> major >> minor >> blocks >> name)) continue;
    std::ranges::replace(name, '/', '!');  // as sysfs has it
    if (::access(("/sys/block/" + name).c_str(), F_OK) == 0)
      devices.push_back(fmt::format("{}:{}", major, minor));
  }
  return devices;
}

std::vector<HardLimit> hard_limits() {
  std::vector<HardLimit> limits;
  for (const int resource : {RLIMIT_NOFILE, RLIMIT_FSIZE, RLIMIT_CORE}) {
    rlimit limit{};
    ::getrlimit(static_cast<__rlimit_resource>(resource), &limit);
    if (limit.rlim_max != RLIM_INFINITY) limits.push_back({resource, limit.rlim_max});
  }
  return limits;
}

bool sysctl_is(const char* file, char value) {
  const auto content = read_file(file);
  return content && !content->empty() && content->front() == value;
}

Container container() {
  if (::access("/.dockerenv", F_OK) == 0) return Container::kDocker;
  if (::access("/run/.containerenv", F_OK) == 0) return Container::kPodman;
  // systemd-nspawn, lxc and others say so in the environment of the first process:
  // systemd.io/CONTAINER_INTERFACE.
  const bool told = std::getenv("container") != nullptr;
  return told ? Container::kOther : Container::kNone;
}

// GitHub's and GitLab's runners say so to every job.
Ci ci() {
  if (std::getenv("GITHUB_ACTIONS") != nullptr) return Ci::kGithub;
  return std::getenv("GITLAB_CI") != nullptr ? Ci::kGitlab : Ci::kNone;
}

// Where systemd-run --user finds it.
bool has_user_manager() {
  const char* directory = std::getenv("XDG_RUNTIME_DIR");
  return directory != nullptr && ::access(fmt::format("{}/bus", directory).c_str(), F_OK) == 0;
}

Surroundings look_around() {
  return {.container = container(),
          .ci = ci(),
          .systemd = ::access("/run/systemd/system", F_OK) == 0,
          .user_manager = has_user_manager(),
          // Version 2 lists the controllers it has where version 1 has its hierarchies.
          .cgroups_are_v1 = ::access("/sys/fs/cgroup/cgroup.controllers", F_OK) != 0,
          .apparmor_restricts_users =
              sysctl_is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", '1'),
          .user_namespaces_are_off = sysctl_is("/proc/sys/kernel/unprivileged_userns_clone", '0'),
          .user_namespaces_are_zero = sysctl_is("/proc/sys/user/max_user_namespaces", '0'),
          .cgroup_namespaces_are_zero = sysctl_is("/proc/sys/user/max_cgroup_namespaces", '0')};
}

// It answers for the kernel through a message queue of the host's, or through its loopback, and
// without them everything waits for ever.
void leave_to_fakeroot(HostFacts& facts) {
  for (const std::string& file : facts.needed_paths) {
    if (file.find("/libfakeroot") == std::string::npos) continue;
    facts.losses.push_back({file.find("-tcp") == std::string::npos ? Facility::kIpcNamespace
                                                                   : Facility::kNetworkNamespace,
                            "fakeroot, in which the run was started, works through the host's",
                            "run the tests without fakeroot"});
    return;
  }
}

// A guest goes to its directory by name, which takes more than to be in it: who runs this may not
// enter it, or it has been removed.
void leave_lost_directory(HostFacts& facts) {
  const Fd entered(
      ::open((facts.working_directory + "/.").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (entered.open()) return;
  const auto error =
      failed(fmt::format("enter '{}', where the run was started", facts.working_directory),
             "start it in one that is there and may be entered");
  facts.lost_directory = error.error().text();
  facts.working_directory = "/";
}

}  // namespace

HostFacts gather_facts() {
  HostFacts facts;
  // Not by the C library: fakeroot(1) takes its place, and would say 0.
  facts.uid = static_cast<uid_t>(::syscall(SYS_geteuid));
  facts.gid = static_cast<gid_t>(::syscall(SYS_getegid));
  facts.privileged = has_capabilities({CAP_SYS_ADMIN, CAP_SETUID, CAP_SETGID});
  facts.uids = own_ids("/proc/self/uid_map");
  facts.gids = own_ids("/proc/self/gid_map");
  facts.surroundings = look_around();
  facts.cpus = own_cpus();
  facts.block_devices = block_devices();
  facts.hard_limits = hard_limits();
  facts.working_directory = link_target("/proc/self/cwd");
  std::set<std::string> needed = {link_target("/proc/self/exe")};
  add_mapped_files(needed);
  facts.program_files.assign(needed.begin(), needed.end());
  needed.insert(facts.working_directory);
  facts.needed_paths.assign(needed.begin(), needed.end());
  need_environment(facts);
  leave_to_fakeroot(facts);
  leave_lost_directory(facts);
  find_file_views(facts);
  if (::access("/proc/self/ns/time", F_OK) != 0) {
    facts.losses.push_back({Facility::kTimeNamespace, "this kernel has no time namespaces",
                            cure_for(Facility::kTimeNamespace, facts)});
  }
  if (!can_ask_about_calls()) {
    facts.losses.push_back({Facility::kNetworkReuse,
                            "this kernel cannot tell whether a test has used its network (seccomp "
                            "user notification)",
                            cure_for(Facility::kNetworkReuse, facts)});
    facts.losses.push_back({Facility::kAudit,
                            "this kernel cannot tell what a test asks it for (seccomp user "
                            "notification)",
                            cure_for(Facility::kAudit, facts)});
  }
  return facts;
}

}  // namespace cloister
