// How a guest's process comes to know its plan, which cloister::this_cell() reads.
#pragma once

#include "framework/plan/plan.h"

namespace cloister {

// Called in the guest only. The plan must outlive the process.
void set_this_cell(const CellPlan& plan);

}  // namespace cloister
