// How a guest ended, as the watch loop saw it.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "framework/kernel/clock.h"

namespace cloister {

// Why the watch loop kills. Everything in the cell dies.
enum class KilledFor : std::uint8_t { kDeadline, kCpuTime, kEndOfRun };

struct GuestEnd {
  Clock::time_point started{};
  Clock::time_point ended{};
  int wait_status = 0;  // from wait4(2), like the next
  rusage used{};
  std::optional<KilledFor> killed_for{};
  // The process that was killed, did not die in time, and is no longer waited for: the guest or its
  // cell's init. 0 is none.
  pid_t undying = 0;
};

}  // namespace cloister
