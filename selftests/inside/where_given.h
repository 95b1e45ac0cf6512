// On a lesser lane a cell lacks some of its walls. What these tests then assert is the lack: the
// guest is where the run is, in the same namespace, on the same file system.
#pragma once

#include <errno.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <string>

#include <cloister/config.h>

#include "selftests/support/lane.h"

namespace inside {

using cloister::selftests::lane_gives;

inline std::string link_target(const std::string& path) {
  char target[4096] = {};
  return readlink(path.c_str(), target, sizeof target - 1) > 0 ? target : "";
}

using Namespaces = std::map<std::string, std::string>;

inline Namespaces own_namespaces() {
  Namespaces links;
  for (const char* name : {"user", "pid", "mnt", "net", "uts", "ipc", "cgroup"})
    links[name] = link_target(std::string("/proc/self/ns/") + name);
  return links;
}

// Noted before the run, outside of any cell.
inline const Namespaces namespaces_outside = own_namespaces();
inline const pid_t keeper = getpid();
inline const bool host_has_ipv6 =
    access("/proc/net/if_inet6", F_OK) == 0;  // a kernel may have none

// Of a run by root, whose cells have its ids.
inline bool has_every_id() { return cloister::selftests::lane().starts_with("root_"); }

// Of a system call: 0, or why it failed.
inline int error_of(long result) { return result < 0 ? errno : 0; }

// A test without the wall that it is about.
inline void expect_shared(const std::string& name) {
  const std::string inside = own_namespaces().at(name);
  EXPECT_FALSE(inside.empty());
  EXPECT_EQ(inside, namespaces_outside.at(name)) << name;
}

// What a test asks for where it can have it; that it is refused elsewhere is asserted from outside
// (adapters/googletest/lesser_hosts_test.cc).
inline cloister::CellConfig where_given(const char* facility, cloister::CellConfig config) {
  return lane_gives(facility) ? config : cloister::CellConfig{};
}

}  // namespace inside
