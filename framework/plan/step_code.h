// The numbers that stand for set-up steps and cgroup readings in an encoded plan.
// The builder includes this and not plan.h, so that it needs nothing but the C library.
#pragma once

#include <cstdint>

namespace cloister {

// In the order of the alternatives of SetupStep (plan.h).
enum class StepCode : std::uint8_t {
  kMakeMountsPrivate,
  kMountProc,
  kMountTmpfs,
  kMakeReadOnly,
  kSetHostname,
  kBringUpLoopback,
  kOpenLowPorts,
};

// What the builder reads from a cgroup once the cell is empty.
enum class Reading : std::uint8_t { kPeakMemory, kOomKills, kRefusedForks };
inline constexpr int kReadingCount = 3;

}  // namespace cloister
