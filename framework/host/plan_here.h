// The plan of a cell on this host. It looks up what make_plan cannot know, because that looks at
// nothing. Called by adapters.
#pragma once

#include <string_view>

#include "framework/facts/facts.h"
#include "framework/plan/plan.h"

namespace cloister {

// As make_plan, but resolves keep_paths, files_in and shared_files on this host. Each of them must
// exist. If `demanded_by` is not empty ("--require"), a host that lacks any part of a default cell
// gets no plan.
Result<CellPlan> plan_here(CellRequest asked, const HostFacts& facts,
                           std::string_view demanded_by = "");

}  // namespace cloister
