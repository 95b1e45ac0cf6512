// Turns what was seen of a guest's end into its Outcome. A pure function, so that every rule has a
// test.
#pragma once

#include <optional>
#include <string>

#include <cloister/report.h>

#include "framework/report/guest_end.h"

namespace cloister {

struct Evidence {
  int wait_status = 0;  // from wait4(2)
  std::optional<KilledFor> killed_for{};
  bool said_finished = false;
  std::string entry_failure;    // the guest's own message; empty if it entered its cell
  std::string broken_protocol;  // the frame reader's message; empty if all was well
  std::uint64_t oom_kills = 0;
  // The kernel's log names other processes that it killed for memory, and not the guest.
  bool only_others_killed_for_memory = false;
  Bytes memory_cap;
  MemoryParts memory{};  // when the cap was reached
  std::chrono::milliseconds deadline{};
  std::chrono::milliseconds cpu_time{};
};

// A failure unless everything says otherwise: Finished needs the last frame and exit status 0.
Outcome classify(const Evidence& evidence);

}  // namespace cloister
