// What a run could leave on this host, to be compared before and after. Namespaces are not
// counted by themselves: without a process and without a mount there is none: namespaces(7).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace cloister::selftests {

struct HostState {
  // As it is now. The calling process becomes a subreaper, so that no descendant can hide.
  HostState();

  std::vector<std::string> processes;  // the caller's descendants
  std::vector<std::string> cgroups;    // of runs that are over
  std::vector<std::string> files;      // in /dev/shm all, in /tmp Cloister's: others work there too
  std::vector<std::string> ipc;        // System V objects
  std::vector<std::string> sockets;    // of the unix domain, with "cloister" in the name
  std::size_t mounts = 0;
};

// One line for each thing that there is now and was not before; what is gone was somebody else's.
std::string left_since(const HostState& before);

}  // namespace cloister::selftests
