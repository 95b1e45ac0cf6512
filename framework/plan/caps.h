// The caps that cgroups carry, a row each in caps.cc. Whoever has to know all of them reads the
// rows: what a test asks for and cannot get, what a host is tried with, what a command can lift
// again.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <cloister/config.h>

#include "framework/facts/facts.h"
#include "framework/kernel/error.h"
#include "framework/plan/plan.h"
#include "framework/plan/request.h"

namespace cloister {

inline constexpr std::uint32_t kNanosecondsPerMicrosecond = 1000;

// One per setting. Those of a facility follow each other.
struct Cap {
  std::string_view setting;
  Facility facility{};
  bool (*is_asked)(const CellConfig&) = nullptr;  // and not "none"
  // Asks for so much that it does not hurt a trial; nullptr for what every cell asks for.
  void (*ask_for_plenty)(CellConfig&, const HostFacts&) = nullptr;
  // An Error if it is too small to run in, or more than the host has; nullptr where anything goes.
  Result<void> (*check)(const CellRequest&, const HostFacts&) = nullptr;
};
std::span<const Cap> cgroup_caps();

// By any of its caps.
bool asks_for(const CellConfig& config, Facility facility);

// What a cell's group has by this controller: files to write for the caps, and to read for what was
// used.
void plan_controller(Controller controller, const CellConfig& config, const HostFacts& facts,
                     const CgroupBase& base, CgroupPlan& group);

}  // namespace cloister
