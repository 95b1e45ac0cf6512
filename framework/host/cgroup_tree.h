// The cgroup hierarchies as they are: where each is mounted, and which group of each this process
// is in. Formats: cgroups(7) for /proc/self/cgroup, proc(5) for the rest. Changes nothing except to
// remove what dead runs have left behind.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/facts/facts.h"

namespace cloister {

std::vector<CgroupMount> cgroup_mounts();

// "cloister-NAMESPACE-PID-TICKS": the name of this run's directory in any group. Unique to the run.
std::string run_name();
// Removes from a group what runs have left there that were killed with all their processes.
void sweep_stale_runs(const std::string& group);

// The words of a small file such as cgroup.controllers.
std::vector<std::string> words_of(const std::string& file);
bool lists(const std::string& file, std::string_view word);

}  // namespace cloister
