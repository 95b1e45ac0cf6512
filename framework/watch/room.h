// How many tests can be in flight: how many cells that makes, and how many of them the limits of
// the warden have room for. Used by the watch loop when it is made.
#pragma once

#include <sys/resource.h>

#include <cstddef>
#include <optional>
#include <string>

#include "framework/config/jobs.h"
#include "framework/kernel/error.h"

namespace cloister {

// Cells that are being built or stand beyond those whose guests run: enough to hide their making
// from the guests.
std::size_t cells_ahead(int jobs);
// However many jobs there are: the kernel makes network namespaces one at a time.
inline constexpr std::size_t kMostOnTheirWay = 64;
// All of them, those that are being dismantled included.
std::size_t most_cells(int jobs);

struct Room {
  int jobs = 0;
  std::size_t cells = 0;
  // Of the process as it was, where its limit on descriptors was raised: guests get it back.
  std::optional<rlimit> descriptors{};
  std::string shortage{};  // why there are fewer jobs than asked for; empty when there are not
};

// That this process may use: sched_setaffinity(2).
int processors();

// For the process that starts a run, before anything else: an Error that names the limit of it that
// no run can do with, and what it must be.
Result<void> check_limits();

// Raises the limit on descriptors if it must. An Error where there is no room for one guest.
Result<Room> find_room(int jobs);

}  // namespace cloister
