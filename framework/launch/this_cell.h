// How a guest's process learns its plan, which cloister::this_cell() reads.
#pragma once

#include <string>
#include <string_view>

#include "framework/plan/plan.h"

namespace cloister {

// Called in the guest only. The plan must outlive the process.
void set_this_cell(const CellPlan& plan, std::uint32_t cell);

// That plan; nullptr in a program that a guest executed.
const CellPlan* plan_of_this_cell();

// What this_cell() reports, for the program that a guest executes.
std::string this_cell_as_bytes();
void set_this_cell(std::string_view bytes);

}  // namespace cloister
