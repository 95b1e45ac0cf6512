// From what was seen of a guest's end to its Outcome: a pure function, so that every rule is a
// test.
#pragma once

#include <optional>
#include <string>

#include <cloister/report.h>

#include "framework/report/guest_end.h"

namespace cloister {

struct Evidence {
  int wait_status = 0;  // of wait4(2)
  std::optional<KilledFor> killed_for{};
  bool said_finished = false;
  std::string entry_failure;    // the guest's own words; empty when it got in
  std::string broken_protocol;  // the frame reader's words; empty when all was well
  std::uint64_t oom_kills = 0;
  // The kernel's log names others that it killed for memory, and not the guest.
  bool only_others_killed_for_memory = false;
  Bytes memory_cap;
  MemoryParts memory{};  // when the cap was reached
  std::chrono::milliseconds deadline{};
  std::chrono::milliseconds cpu_time{};
};

// Failure unless everything says otherwise: Finished needs the last frame and exit status 0.
Outcome classify(const Evidence& evidence);

}  // namespace cloister
