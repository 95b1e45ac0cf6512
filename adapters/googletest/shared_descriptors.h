// Which of the program's descriptors its forks have to share. Asked by before_the_run.cc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/launch/open_descriptors.h"

namespace cloister::googletest {

struct SharedDescriptor {
  int number = -1;
  std::string what;  // "a socket connected to '/run/dbus/system_bus_socket'"
  // Where the other end is, if a program that is started anew in a cell cannot reach it and so
  // could not reconnect.
  enum class Beyond : std::uint8_t { kNothing, kNetwork, kTmp } beyond = Beyond::kNothing;
};

// Those that this process has opened itself. It is meant to share what it was started with.
std::vector<SharedDescriptor> shared_descriptors(const std::vector<OpenDescriptor>& all);

}  // namespace cloister::googletest
