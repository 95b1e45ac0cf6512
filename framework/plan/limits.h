// Which caps a test may ask for on a host. Called by make_plan; caps.cc says some of it.
#pragma once

#include "framework/facts/facts.h"
#include "framework/kernel/error.h"
#include "framework/plan/request.h"

namespace cloister {

// An Error with the cure for a cap that this host cannot enforce. For a cap that is too small to
// run in, it names the smallest that works; for one above the run's own, the largest.
Result<void> check_limits(const CellRequest& request, const HostFacts& facts);

// "cannot run a test with a memory cap of 4 KiB: that is too small to run in; ..."
std::unexpected<Error> too_small(std::string_view role, std::string_view what,
                                 const std::string& asked, const std::string& smallest);

}  // namespace cloister
