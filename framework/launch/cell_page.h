// One page-aligned piece of memory per cell that its guest and its watcher share: where the guest
// is in its life, how much it had printed when it got there, and a place for its last words when it
// has closed every descriptor. Written by the guest, so that the watcher believes nothing in it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "framework/kernel/error.h"
#include "framework/kernel/fd.h"
#include "framework/wire/timing.h"

namespace cloister {

inline constexpr int kMostPhases = 16;
inline constexpr std::size_t kSpillSize = std::size_t{60} * 1024;

struct CellPage {
  // Bytes that the watcher has taken from each output pipe. It is odd while the watcher is taking
  // more, so that the guest can add the two numbers it needs without a lock (printed_so_far in
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
  // For a guest that will exec, until it has: how much of `spill` is what it hands over to the
  // program that it executes.
  std::atomic<std::uint32_t> handed_over{0};
  char spill[kSpillSize];
};

// A pool of pages that a fork does not inherit, but for the one that is being given to its guest.
class CellPages {
 public:
  static Result<CellPages> make(std::size_t count);

  // A cleared page, or nullptr when all are taken.
  CellPage* take();
  void give_back(CellPage* page);
  // For a guest that will exec: a descriptor of memory that takes this page's place until it is
  // taken anew. `page` must be as take() gave it.
  Result<Fd> share_by_descriptor(CellPage* page);
  // Around the fork of the page's guest.
  void let_inherit(CellPage* page, bool inherit);

 private:
  struct Unmap {
    void operator()(CellPage* page) const;
  };
  // Each is a mapping of its own, which no fork of its guest need cut out of a larger one.
  std::vector<std::unique_ptr<CellPage, Unmap>> pages_;
  std::vector<CellPage*> free_;
};

// The page behind such a descriptor, in the program that was executed. Never unmapped.
Result<CellPage*> map_page(const Fd& descriptor);

}  // namespace cloister
