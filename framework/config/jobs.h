// How many tests a run may have at once.
#pragma once

namespace cloister {

// The most guests at once that a user may ask for.
inline constexpr int kMostJobs = 2000;
// The most that a run takes by itself: no machine needs more to be busy.
inline constexpr int kMostAutomaticJobs = 400;

}  // namespace cloister
