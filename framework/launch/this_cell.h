// How a guest's process learns its plan, which cloister::this_cell() reads.
#pragma once

#include <string>
#include <string_view>

#include "framework/plan/plan.h"

namespace cloister {

// Called in the guest only. The plan must outlive the process.
void set_this_cell(const CellPlan& plan, std::uint32_t cell);

// That plan. A program that a guest executed knows only what this_cell() reports of it.
const CellPlan* plan_of_this_cell();

// What this_cell() reports, for the program that a guest executes.
std::string this_cell_as_bytes();
void set_this_cell(std::string_view bytes);

}  // namespace cloister
