// Where this run may make cgroups: below its own group, in whichever hierarchies the host has
// mounted. Formats: cgroups(7) for /proc/self/cgroup, proc(5) for /proc/self/mountinfo.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

#include "framework/host/probe.h"
#include "framework/kernel/fd.h"

namespace cloister {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRunPrefix = "cloister-";

// A process's start in clock ticks since boot, which tells it from a later one with the same pid:
// field 22 of /proc/PID/stat. 0 when there is no such process, or only its zombie.
std::uint64_t start_ticks(const std::string& pid) {
  const std::string stat = read_file("/proc/" + pid + "/stat").value_or("");
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(stat.substr(name_end + 2));
  std::string field;
  for (int i = 3; i <= 22 && fields >> field; ++i) {
    if (i == 3 && field == "Z") return 0;
  }
  return std::strtoull(field.c_str(), nullptr, 10);
}

std::string run_name() {
  return fmt::format("{}{}-{}", kRunPrefix, ::getpid(), start_ticks(std::to_string(::getpid())));
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

struct CgroupMount {
  CgroupVersion version{};
  std::string root;
  std::string point;
  std::string options;  // of the superblock: the controllers of a v1 mount

  bool has_option(const std::string& name) const {
    return ("," + options + ",").find("," + name + ",") != std::string::npos;
  }
  // The directory of a group, empty when it lies outside of what is mounted.
  std::string directory(const std::string& group) const {
    if (group.find("/..") != std::string::npos) return "";
    if (root == "/") return point + (group == "/" ? "" : group);
    if (group == root) return point;
    return group.starts_with(root + "/") ? point + group.substr(root.size()) : "";
  }
};

std::vector<CgroupMount> cgroup_mounts() {
  std::vector<CgroupMount> mounts;
  std::istringstream lines(read_file("/proc/self/mountinfo", std::size_t{16} << 20).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string skip;
    CgroupMount mount;
    fields >> skip >> skip >> skip >> mount.root >> mount.point;
    while (fields >> skip && skip != "-") {
    }
    std::string type;
    fields >> type >> skip >> mount.options;
    if (type != "cgroup" && type != "cgroup2") continue;
    mount.version = type == "cgroup" ? CgroupVersion::kV1 : CgroupVersion::kV2;
    mounts.push_back(mount);
  }
  return mounts;
}

// Removes what runs that were killed with all their processes have left here.
void sweep_stale_runs(const std::string& directory) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    const std::string name = entry.path().filename();
    const std::size_t dash = name.rfind('-');
    if (!name.starts_with(kRunPrefix) || dash <= kRunPrefix.size() - 1) continue;
    const std::string pid = name.substr(kRunPrefix.size(), dash - kRunPrefix.size());
    if (std::to_string(start_ticks(pid)) == name.substr(dash + 1)) continue;
    for (const auto& cell : fs::directory_iterator(entry.path(), ignored)) {
      if (cell.is_directory(ignored)) ::rmdir(cell.path().c_str());
    }
    ::rmdir(entry.path().c_str());
  }
}

bool writable(const std::string& directory) {
  return !directory.empty() && ::access(directory.c_str(), W_OK) == 0;
}

bool lists(const std::string& file, std::string_view word) {
  std::istringstream words(read_file(file).value_or(""));
  for (std::string each; words >> each;) {
    if (each == word) return true;
  }
  return false;
}

// Whether children of a v2 group get the controller, turning it on where that is allowed.
bool v2_gives(const std::string& directory, const std::string& controller) {
  if (!lists(directory + "/cgroup.controllers", controller)) return false;
  if (lists(directory + "/cgroup.subtree_control", controller)) return true;
  return write_file(directory + "/cgroup.subtree_control", "+" + controller).has_value();
}

void add_base(HostFacts& facts, CgroupBase base) {
  const auto same =
      std::ranges::find(facts.cgroups, base.run_directory, &CgroupBase::run_directory);
  if (same == facts.cgroups.end()) {
    facts.cgroups.push_back(std::move(base));
  } else {
    same->memory = same->memory || base.memory;
    same->pids = same->pids || base.pids;
  }
}

// Finds a place for one controller; false when there is none.
bool find_controller(const std::string& controller, HostFacts& facts) {
  const auto groups = own_groups();
  for (const CgroupMount& mount : cgroup_mounts()) {
    const bool v1 = mount.version == CgroupVersion::kV1;
    const auto group = groups.find(v1 ? controller : "");
    if (group == groups.end() || (v1 && !mount.has_option(controller))) continue;
    const std::string directory = mount.directory(group->second);
    if (!writable(directory) || (!v1 && !v2_gives(directory, controller))) continue;
    sweep_stale_runs(directory);
    add_base(facts, {mount.version, directory + "/" + run_name(), controller == "memory",
                     controller == "pids"});
    return true;
  }
  return false;
}

}  // namespace

void find_cgroups(HostFacts& facts) {
  static constexpr std::pair<const char*, Facility> kControllers[] = {
      {"memory", Facility::kMemoryCap}, {"pids", Facility::kProcessCap}};
  for (const auto& [controller, facility] : kControllers) {
    if (find_controller(controller, facts)) continue;
    facts.losses.push_back(
        {facility,
         fmt::format("no cgroup of this process lets it make groups with the {} controller",
                     controller),
         cure_for(facility, facts)});
  }
}

Result<void> enable_controllers(const HostFacts& facts) {
  for (const CgroupBase& base : facts.cgroups) {
    if (base.version != CgroupVersion::kV2) continue;
    std::string controllers;
    if (base.memory) controllers += "+memory ";
    if (base.pids) controllers += "+pids";
    if (auto written = write_file(base.run_directory + "/cgroup.subtree_control", controllers);
        !written) {
      return written;
    }
  }
  return {};
}

}  // namespace cloister
