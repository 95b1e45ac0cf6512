// Where this run may make cgroups.
#pragma once

#include "framework/facts/facts.h"
#include "framework/kernel/error.h"

namespace cloister {

// Finds the cgroup directories that this run may use: fills facts.cgroups, or notes the losses. May
// move the processes of the run's group into a leaf (cgroup_leaf.h); the builder moves them back.
void find_cgroups(HostFacts& facts);
// Tells new version 2 run directories which controllers their cells get. Call it once they exist.
Result<void> prepare_run_directories(const HostFacts& facts);

}  // namespace cloister
