#include "framework/audit/meetings.h"

#include <algorithm>

namespace cloister {
namespace {

constexpr std::size_t kMostMeetings = 8;

}  // namespace

void VisitBook::meet_running(const PathUses& paths, std::uint32_t other, const PathUses& others,
                             std::vector<Meeting>& meetings) {
  for (const auto& [path, uses] : others) {
    const auto own = paths.find(path);
    if (own == paths.end() || meetings.size() == kMostMeetings) continue;
    const bool apart = ((uses | own->second) & kInOwnView) != 0;
    if (!apart && ((uses | own->second) & kWritten) != 0)
      meetings.push_back({path, other, (own->second & kWritten) != 0, (uses & kWritten) != 0});
  }
}

void VisitBook::meet(const Writer& writer, const PathUses& paths, std::vector<Meeting>& meetings) {
  for (const Visit& visit : visits_) {
    if (visit.writer.ended > writer.started)
      meet_running(paths, visit.writer.task, visit.paths, meetings);
  }
  visits_.push_back({writer, paths});
}

void VisitBook::forget_before(std::chrono::steady_clock::time_point start) {
  std::erase_if(visits_, [start](const Visit& visit) { return visit.writer.ended < start; });
}

}  // namespace cloister
