// What the program has made before its tests: threads, which its forks do not have, and things that
// its forks would share. Decides how tests begin, says so, and says which descriptors they keep.
// Called in the keeper, before Cloister opens any descriptor.
#pragma once

#include <string>
#include <vector>

#include "framework/launch/held_descriptor.h"
#include "framework/options/options.h"

namespace cloister::googletest {

// Threads besides the calling one.
int other_threads();

// Returns kFork or kExec, and prints why in one line on stderr unless that is obvious.
Launch decide_launch(const Options& options);

// `own` is one of Cloister's own descriptors, or -1.
std::vector<HeldDescriptor> held_in_tests(Launch launch, int own);

// From the text of /proc/PID/maps: memory that is shared and writable, in words, with its size.
std::vector<std::string> shared_mappings(const std::string& maps);
// That of it which is nameless: memory that has no name by which a restarted program could find it
// again.
std::vector<std::string> shared_memory(const std::string& maps);

}  // namespace cloister::googletest
