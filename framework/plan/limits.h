// Which caps a test may ask for on a host. Called by make_plan only.
#pragma once

#include "framework/facts/facts.h"
#include "framework/kernel/error.h"
#include "framework/plan/request.h"

namespace cloister {

// An Error with the cure for a cap that this host cannot enforce, with the smallest that works for
// one that is too small to run in, and with the largest for one that goes beyond the run's own.
Result<void> check_limits(const CellRequest& request, const HostFacts& facts);

}  // namespace cloister
