// Which caps a test may ask for on a host. Called by make_plan only.
#pragma once

#include "framework/facts/facts.h"
#include "framework/kernel/error.h"
#include "framework/plan/request.h"

namespace cloister {

// An Error with the cure for a cap that this host cannot enforce. For a cap that is too small to
// run in, it names the smallest that works; for one above the run's own, the largest.
Result<void> check_limits(const CellRequest& request, const HostFacts& facts);

}  // namespace cloister
