// How many tests a run may have at once.
#pragma once

namespace cloister {

// The most guests at once that anybody may ask for.
inline constexpr int kMostJobs = 2000;
// The most that are taken without being asked for: more than any machine is kept busy by.
inline constexpr int kMostAutomaticJobs = 400;

}  // namespace cloister
