// What the program has made before its tests: threads, which no fork of it has, and what forks of
// it would have in common. Decides how tests begin, says so, and says which descriptors they keep.
// Called in the keeper, before anything of Cloister opens a descriptor.
#pragma once

#include <string>
#include <vector>

#include "framework/launch/held_descriptor.h"
#include "framework/options/options.h"

namespace cloister::googletest {

// Threads besides the calling one.
int other_threads();

// kFork or kExec, and why in one line on stderr where that is not plain.
Launch decide_launch(const Options& options);

// `own` is one of Cloister's own, or -1.
std::vector<HeldDescriptor> held_in_tests(Launch launch, int own);

// Of /proc/PID/maps: what is shared, may be written, and has no name by which a program that is
// started anew would find it again. In words, with its size.
std::vector<std::string> shared_memory(const std::string& maps);

}  // namespace cloister::googletest
