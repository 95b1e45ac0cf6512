// Runs functions as guests in real cells, and brings back their reports.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include <cloister/config.h>
#include <cloister/report.h>

#include "framework/events/guest_side.h"

namespace cloister {

struct FunctionGuest {
  CellConfig config{};
  // Runs in the cell; a return means that the guest is done.
  std::function<void(GuestSide&)> body;
};

// The reports by the guests' places in `guests`. `jobs` run at once.
std::map<std::uint32_t, CellReport> run_cells(const std::vector<FunctionGuest>& guests,
                                              int jobs = 2);

// One guest, one report.
CellReport run_cell(const CellConfig& config, std::function<void(GuestSide&)> body);

}  // namespace cloister
