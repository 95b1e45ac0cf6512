// What the parts of a cell's life cost, numbered in chronological order. The process that performs
// a part measures it, in nanoseconds. Needs nothing but the C library.
#pragma once

#include <time.h>

#include <cstddef>
#include <cstdint>

namespace cloister {

enum class Cost : std::uint8_t {
  // The builder's.
  kMakeCgroups,
  kLendNetwork,
  kCloneInit,
  kMapIds,
  // init's.
  kSetPropagation,
  kMountProc,
  kMountTmpfs,
  kMakeReadOnly,
  kSetHostname,
  kBringUpLoopback,
  kOtherSteps,
  kSeal,
  // The warden's, then the guest's.
  kFork,
  kJoinCgroups,
  kJoinNamespaces,
  kPrepareGuest,
  kTest,
  // The builder's.
  kEndInit,
  kRemoveCgroups,
};
inline constexpr std::size_t kCostCount = 19;
static_assert(kCostCount == static_cast<std::size_t>(Cost::kRemoveCgroups) + 1, "the last one");

// Indexed by Cost; 0 means that the part did not happen.
using Costs = std::uint32_t[kCostCount];

// CLOCK_MONOTONIC, in nanoseconds.
inline std::uint64_t nanoseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

class Stopwatch {
 public:
  // Adds the time since the last lap, or since the beginning.
  void lap(Costs& costs, Cost cost) {
    const std::uint64_t now = nanoseconds();
    costs[static_cast<std::size_t>(cost)] += static_cast<std::uint32_t>(now - last_);
    last_ = now;
  }

 private:
  std::uint64_t last_ = nanoseconds();
};

}  // namespace cloister
