// One page-aligned piece of memory per cell that the guest and the warden share. It holds the
// guest's current phase, how much had been printed when that began, and room for its last frames
// after it has closed every descriptor. The guest writes it, so the warden trusts nothing in it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "framework/protocol/service_log.h"
#include "framework/wire/timing.h"

namespace cloister {

inline constexpr int kMostPhases = 16;
inline constexpr std::size_t kSpillSize = std::size_t{60} * 1024;

struct CellPage {
  // Bytes that the warden has taken from each output pipe. Odd while the warden is taking more, so
  // that the guest can add the two numbers it needs without a lock (printed_so_far in
  // launch/guest.cc).
  std::atomic<std::uint32_t> drain_turn{0};
  std::atomic<std::uint64_t> drained[2] = {};

  struct Phase {
    std::atomic<std::uint8_t> phase{0};
    std::atomic<std::uint64_t> offsets[2] = {};
  };
  Costs costs = {};  // the guest's parts, until its test begins
  std::atomic<std::uint32_t> phase_count{0};
  Phase phases[kMostPhases];

  // Frames that could not be written to the event pipe, in order.
  std::atomic<std::uint32_t> spilled{0};
  // For a guest that will exec, until it does: how much of `spill` it hands over to the program
  // that it executes.
  std::atomic<std::uint32_t> handed_over{0};
  char spill[kSpillSize];
  // What the services of the cell have printed.
  ServiceLog services{};
};

}  // namespace cloister
