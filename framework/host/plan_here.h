// The plan of a cell on this host: what make_plan cannot know, for it looks at nothing. Called by
// adapters.
#pragma once

#include <string_view>

#include "framework/facts/facts.h"
#include "framework/plan/plan.h"

namespace cloister {

// As make_plan, with keep_paths, files_in and shared_files as they lead here. Each
// of them must be there. Where `demanded_by`
// is not empty ("--require"), a host that lacks anything a default cell has gets no plan.
Result<CellPlan> plan_here(CellRequest asked, const HostFacts& facts,
                           std::string_view demanded_by = "");

}  // namespace cloister
