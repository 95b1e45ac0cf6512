// In version 2, a cgroup can delegate controllers to its children only while it holds no processes
// itself (cgroups(7), "no internal processes"). This empties the run's own group that way, if that
// disturbs nobody.
#pragma once

#include <map>
#include <span>
#include <string>

#include "framework/facts/facts.h"

namespace cloister {

struct ReadyGroup {
  CgroupBase base;  // with the controllers that its children now get
  // Why they do not get one of the others.
  std::map<Controller, std::string> missing{};
};

// Makes the version 2 group `group` delegate `wanted`. For that it moves the group's processes into
// a leaf if they all belong to this run, or if the group was delegated. The base records what was
// changed, to be undone.
ReadyGroup ready_group(std::string group, std::span<const Controller> wanted);

}  // namespace cloister
