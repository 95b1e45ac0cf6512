#include "selftests/support/host_state.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "selftests/support/lane.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines_of(const char* file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> shared_memory_and_temporary_files() {
  std::vector<std::string> names;
  for (const char* directory : {"/dev/shm", "/tmp"}) {
    for (const auto& entry : fs::directory_iterator(directory)) {
      const std::string path = entry.path();
      if (path.starts_with("/dev/shm") || path.find("cloister") != std::string::npos)
        names.push_back(path);
    }
  }
  std::ranges::sort(names);
  return names;
}

// Key, id and kind; what follows changes with use: proc(5).
std::vector<std::string> system_v_objects() {
  constexpr std::size_t kKeyAndId = 21;
  std::vector<std::string> objects;
  for (const std::string kind : {"shm", "sem", "msg"}) {
    for (const std::string& line : lines_of(("/proc/sysvipc/" + kind).c_str()))
      objects.push_back(kind + line.substr(0, kKeyAndId));
  }
  return objects;
}

std::vector<std::string> unix_sockets() {
  std::vector<std::string> sockets = lines_of("/proc/net/unix");
  std::erase_if(sockets,
                [](const std::string& line) { return line.find("cloister") == std::string::npos; });
  for (std::string& line : sockets) line = line.substr(line.rfind(' ') + 1);
  std::ranges::sort(sockets);
  return sockets;
}

// In a cell other runs' groups can be seen and not whether the runs are over.
std::vector<std::string> groups() {
  return lane_gives("memory cap") || lane_gives("process cap") ? stale_cgroups()
                                                               : std::vector<std::string>();
}

void compare(const char* what, const std::vector<std::string>& before,
             const std::vector<std::string>& after, std::string& text) {
  for (const std::string& each : after) {
    if (std::ranges::find(before, each) == before.end())
      text += std::string(what) + ": " + each + "\n";
  }
}

}  // namespace

HostState::HostState() {
  adopt_orphans();
  processes = descendants();
  cgroups = groups();
  files = shared_memory_and_temporary_files();
  ipc = system_v_objects();
  sockets = unix_sockets();
  mounts = lines_of("/proc/self/mountinfo").size();
}

std::string left_since(const HostState& before) {
  const HostState after;
  std::string text;
  compare("process", before.processes, after.processes, text);
  compare("cgroup", before.cgroups, after.cgroups, text);
  compare("file", before.files, after.files, text);
  compare("System V object", before.ipc, after.ipc, text);
  compare("socket", before.sockets, after.sockets, text);
  if (before.mounts < after.mounts) {
    text += "mounts: " + std::to_string(before.mounts) + " before, " +
            std::to_string(after.mounts) + " after\n";
  }
  return text;
}

}  // namespace cloister::selftests
