// Which of the program's descriptors its forks cannot each have for themselves. Asked by
// before_the_run.cc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/launch/open_descriptors.h"

namespace cloister::googletest {

struct SharedDescriptor {
  int number = -1;
  std::string what;  // "a socket connected to '/run/dbus/system_bus_socket'"
  // Whose other end a program that is started anew in a cell does not reach, and so could not
  // connect it again.
  enum class Beyond : std::uint8_t { kNothing, kNetwork, kTmp } beyond = Beyond::kNothing;
};

// Those that this process has opened itself: what it was started with, it is meant to share.
std::vector<SharedDescriptor> shared_descriptors(const std::vector<OpenDescriptor>& all);

}  // namespace cloister::googletest
