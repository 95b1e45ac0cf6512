#include "framework/host/cgroup_tree.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

#include "framework/kernel/fd.h"
#include "framework/kernel/stat_field.h"

namespace cloister {
namespace {

namespace fs = std::filesystem;

// A process's start in clock ticks since boot, which tells it from a later one with the same pid.
// "0" when there is no such process, or only its zombie.
std::string start_ticks(const std::string& pid) {
  if (stat_field(pid, 3).value_or("Z") == "Z") return "0";
  return stat_field(pid, 22).value_or("0");
}

// "cloister-NAMESPACE-", with the number of the pid namespace that the rest is to be read in.
std::string run_prefix() {
  struct stat status{};
  ::stat("/proc/self/ns/pid", &status);
  return fmt::format("cloister-{}-", status.st_ino);
}

// Own group by controller; "" is v2.
std::map<std::string, std::string> own_groups() {
  std::map<std::string, std::string> groups;
  std::istringstream lines(read_file("/proc/self/cgroup").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    std::istringstream controllers(line.substr(first + 1, second - first - 1));
    const std::string path = line.substr(second + 1);
    std::string controller;
    if (second == first + 1) groups[""] = path;
    while (std::getline(controllers, controller, ',')) groups[controller] = path;
  }
  return groups;
}

// The directory of `group` below a mount point that shows the tree from `root` on.
std::string directory_of(const std::string& group, const std::string& root,
                         const std::string& point) {
  if (group.find("/..") != std::string::npos) return "";
  if (root == "/") return point + (group == "/" ? "" : group);
  if (group == root) return point;
  return group.starts_with(root + "/") ? point + group.substr(root.size()) : "";
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

}  // namespace

std::string run_name() {
  const std::string pid = std::to_string(::getpid());
  return fmt::format("{}{}-{}", run_prefix(), pid, start_ticks(pid));
}

std::vector<CgroupMount> cgroup_mounts() {
  const auto groups = own_groups();
  std::vector<CgroupMount> mounts;
  std::istringstream lines(read_file("/proc/self/mountinfo", std::size_t{16} << 20).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string skip;
    std::string root;
    std::string point;
    fields >> skip >> skip >> skip >> root >> point;
    while (fields >> skip && skip != "-") {
    }
    std::string type;
    std::string options;  // of the superblock: a v1 mount's controllers are among them
    fields >> type >> skip >> options;
    if (type != "cgroup" && type != "cgroup2") continue;
    CgroupMount mount;
    mount.version = type == "cgroup" ? CgroupVersion::kV1 : CgroupVersion::kV2;
    if (mount.version == CgroupVersion::kV1) mount.controllers = split(options, ',');
    auto own = groups.find("");
    for (const std::string& controller : mount.controllers) {
      if (groups.contains(controller)) own = groups.find(controller);
    }
    mount.top = point;
    if (own != groups.end()) mount.group = directory_of(own->second, root, point);
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

void sweep_stale_runs(const std::string& group) {
  std::error_code ignored;
  const std::string prefix = run_prefix();
  for (const auto& entry : fs::directory_iterator(group, ignored)) {
    // A run's directory, or the group of one cell: "cloister-NAMESPACE-PID-TICKS.cell-7". The pids
    // of another namespace say nothing here.
    const std::string name = entry.path().filename();
    if (!name.starts_with(prefix)) continue;
    const std::string process = name.substr(prefix.size());
    const std::size_t dash = process.find('-');
    if (dash == std::string::npos) continue;
    const std::string ticks = process.substr(dash + 1);
    if (start_ticks(process.substr(0, dash)) == ticks.substr(0, ticks.find('.'))) continue;
    for (const auto& cell : fs::directory_iterator(entry.path(), ignored)) {
      if (cell.is_directory(ignored)) ::rmdir(cell.path().c_str());
    }
    ::rmdir(entry.path().c_str());
  }
}

std::vector<std::string> words_of(const std::string& file) {
  std::vector<std::string> words;
  std::istringstream in(read_file(file).value_or(""));
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

bool lists(const std::string& file, std::string_view word) {
  const auto words = words_of(file);
  return std::ranges::find(words, word) != words.end();
}

}  // namespace cloister
