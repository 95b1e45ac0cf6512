#include "framework/watch/room.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>

#include "framework/kernel/limits.h"
#include "framework/launch/cell_builder.h"

namespace cloister {
namespace {

// Cells built ahead of need, per job, and cells being dismantled behind it: enough to hide both
// from the guests, few enough that the kernel's own clean-up (network namespaces) keeps up.
constexpr int kAheadPerJob = 1;
constexpr int kMostAhead = static_cast<int>(kMostOnTheirWay);
constexpr int kBehindPerJob = 3;
constexpr int kMostBehind = 1200;
static_assert(kMostJobs + kMostAhead + kMostBehind <= 4096, "the builder's slots");

// Descriptors of the warden: those of a cell with a guest (its three streams, its init,
// its views, two gauges of its memory), of one without, and what the start of a guest takes for a
// moment, in the guest's copy of the table as well.
constexpr std::size_t kPerCell = 7;
constexpr std::size_t kPerCellAhead = 2;
constexpr std::size_t kForStarting = 12;
// Those of the run itself: sockets to the keeper and to the builder, groups, signals, /dev/null.
constexpr std::size_t kOfTheRun = 6;

// Besides those that are open. With less room, fewer cells may be behind.
std::size_t descriptors_for(int jobs, int behind) {
  return static_cast<std::size_t>(jobs + behind) * kPerCell + cells_ahead(jobs) * kPerCellAhead +
         kForStarting;
}

Error too_few_descriptors(rlim_t limit, std::size_t least) {
  return {fmt::format("run tests in cells with at most {} open files: one at a time takes {}",
                      limit, least),
          0, fmt::format("raise that limit (ulimit -n {})", least)};
}

int cells_behind(int jobs) { return std::min(jobs * kBehindPerJob, kMostBehind); }

}  // namespace

std::size_t cells_ahead(int jobs) {
  return static_cast<std::size_t>(std::min(jobs * kAheadPerJob, kMostAhead));
}

std::size_t most_cells(int jobs) {
  return static_cast<std::size_t>(jobs + cells_behind(jobs)) + cells_ahead(jobs);
}

int processors() {
  cpu_set_t set;
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

Result<void> check_limits() {
  if (auto fits = CellBuilder::check_limits(); !fits) return fits;
  const rlimit limit = limit_of(RLIMIT_NOFILE);
  const std::size_t least = open_descriptors() + kOfTheRun + descriptors_for(1, 0);
  if (least <= limit.rlim_cur || raise_limit(RLIMIT_NOFILE, least)) return {};
  return std::unexpected(too_few_descriptors(limit.rlim_max, least));
}

Result<Room> find_room(int jobs) {
  jobs = std::clamp(jobs, 1, kMostJobs);
  Room room{jobs, most_cells(jobs)};
  const rlimit before = limit_of(RLIMIT_NOFILE);
  const std::size_t open = open_descriptors();
  const std::size_t wanted = open + descriptors_for(jobs, cells_behind(jobs));
  if (wanted <= before.rlim_cur) return room;
  const bool enough = raise_limit(RLIMIT_NOFILE, wanted);
  const rlim_t limit = limit_of(RLIMIT_NOFILE).rlim_cur;
  if (limit != before.rlim_cur) room.descriptors = before;
  if (enough) return room;
  int behind = cells_behind(jobs);
  while (open + descriptors_for(room.jobs, behind) > limit && (behind > 0 || room.jobs > 1)) {
    if (behind > room.jobs || room.jobs == 1) {
      --behind;
    } else {
      --room.jobs;
      behind = std::min(behind, cells_behind(room.jobs));
    }
  }
  const std::size_t least = open + descriptors_for(1, 0);
  if (least > limit) return std::unexpected(too_few_descriptors(limit, least));
  room.cells = static_cast<std::size_t>(room.jobs + behind) + cells_ahead(room.jobs);
  if (room.jobs < jobs) {
    room.shortage = fmt::format(
        "only {} at once, not {}: that takes {} open files, and the limit is {} (ulimit -n)",
        room.jobs, jobs, wanted, limit);
  }
  return room;
}

}  // namespace cloister
