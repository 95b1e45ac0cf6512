// How many tests can run at once: how many cells that needs, and how many of them fit into the
// limits of the warden. The watch loop uses it when it is made.
#pragma once

#include <sys/resource.h>

#include <cstddef>
#include <optional>
#include <string>

#include "framework/config/jobs.h"
#include "framework/kernel/error.h"

namespace cloister {

// Cells that are being built, or stand ready, beyond those whose guests run. Enough to hide from
// the guests the time that building takes.
std::size_t cells_ahead(int jobs);
// Independent of the number of jobs: the kernel makes network namespaces one at a time.
inline constexpr std::size_t kMostOnTheirWay = 64;
// All of them, including those that are being dismantled.
std::size_t most_cells(int jobs);

struct Room {
  int jobs = 0;
  std::size_t cells = 0;
  // The original limit on descriptors, if it was raised. Guests get it back.
  std::optional<rlimit> descriptors{};
  std::string shortage{};  // why there are fewer jobs than asked for; else empty
};

// The number that this process may use: sched_setaffinity(2).
int processors();

// For the process that starts a run; call it first. The Error names the limit that is too low for
// any run, and what it must be.
Result<void> check_limits();

// Raises the limit on descriptors if it must. An Error if there is no room even for one guest.
Result<Room> find_room(int jobs);

}  // namespace cloister
