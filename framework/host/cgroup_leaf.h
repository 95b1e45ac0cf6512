// Version 2 of cgroups lets a group hand controllers on to its children only while it holds no
// processes itself (cgroups(7), "no internal processes"). This makes the run's own group such a
// one, where that disturbs nobody.
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

// Makes the version 2 group `group` hand `wanted` on, moving its processes into a leaf of it if
// they are all of this run, or if the group was delegated. What was changed is noted in the base,
// to be undone.
ReadyGroup ready_group(std::string group, std::span<const Controller> wanted);

}  // namespace cloister
