// The facilities that make up a plan, one function each, in the file of the same name. Called by
// make_plan only.
#pragma once

#include <cloister/config.h>

#include "framework/facts/facts.h"
#include "framework/plan/plan.h"

namespace cloister {

void plan_users(const CellRequest& request, const HostFacts& facts, CellPlan& plan);
void plan_mounts(const CellRequest& request, const HostFacts& facts, CellPlan& plan);
// Call it last: adds what an audit has to know about the cell's mounts.
void plan_audit(const CellRequest& request, const HostFacts& facts, CellPlan& plan);
void plan_clocks(const CellRequest& request, const HostFacts& facts, CellPlan& plan);
void plan_network(const CellConfig& config, const HostFacts& facts, CellPlan& plan);
// After the mounts and the hostname.
void plan_hosts(const CellRequest& request, CellPlan& plan);
void plan_limits(const CellConfig& config, const HostFacts& facts, CellPlan& plan);
void plan_cgroups(const CellRequest& request, const HostFacts& facts, CellPlan& plan);
// After the network and what is looked for.
Result<void> plan_services(const CellRequest& request, CellPlan& plan);

}  // namespace cloister
