// Identity and paths, read from /proc.
#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>

#include "framework/host/probe.h"
#include "framework/kernel/fd.h"

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

std::string link_target(const char* link) {
  char target[4096];
  const ssize_t length = ::readlink(link, target, sizeof target);
  return length > 0 ? std::string(target, static_cast<std::size_t>(length)) : std::string();
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

}  // namespace

HostFacts gather_facts() {
  HostFacts facts;
  facts.uid = ::geteuid();
  facts.gid = ::getegid();
  facts.privileged = has_capabilities({CAP_SYS_ADMIN, CAP_SETUID, CAP_SETGID});
  facts.uids = own_ids("/proc/self/uid_map");
  facts.gids = own_ids("/proc/self/gid_map");
  facts.working_directory = link_target("/proc/self/cwd");
  std::set<std::string> needed = {facts.working_directory, link_target("/proc/self/exe")};
  if (const char* tmpdir = std::getenv("TMPDIR"); tmpdir != nullptr && tmpdir[0] == '/') {
    std::string path = tmpdir;
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    needed.insert(path);
  }
  add_mapped_files(needed);
  facts.needed_paths.assign(needed.begin(), needed.end());
  if (facts.working_directory == "/tmp" || facts.working_directory == "/dev/shm") {
    facts.losses.push_back({Facility::kPrivateTmp,
                            fmt::format("the run was started in '{}' itself, which would be hidden",
                                        facts.working_directory),
                            "start it in another directory"});
  }
  return facts;
}

}  // namespace cloister
