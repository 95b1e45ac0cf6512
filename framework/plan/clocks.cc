// Time: a namespace only for a cell that asks for clocks of its own.
#include <algorithm>

#include "framework/plan/facilities.h"

namespace cloister {

bool InsidePlan::has_clocks() const {
  return std::ranges::any_of(
      steps, [](const SetupStep& step) { return std::holds_alternative<SetClocks>(step); });
}

// The first step of all: it writes to the host's /proc.
void plan_clocks(const CellRequest& request, const HostFacts& facts, CellPlan& plan) {
  if (request.clocks && facts.has(Facility::kTimeNamespace))
    plan.inside.steps.emplace_back(SetClocks{*request.clocks});
}

}  // namespace cloister
