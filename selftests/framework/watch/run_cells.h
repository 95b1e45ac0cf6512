// Runs functions as guests in real cells, and brings back their reports.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include <cloister/config.h>
#include <cloister/report.h>

#include "framework/events/guest_side.h"
#include "framework/watch/admission.h"
#include "framework/watch/running_cell.h"

namespace cloister {

struct FunctionGuest {
  CellConfig config{};
  // Runs in the cell; a return means that the guest is done.
  std::function<void(GuestSide&)> body;
};

// What else a test wants of the warden.
struct WardenSettings {
  int jobs = 2;
  std::function<Load(Clock::time_point now)> load{};  // in place of `jobs`
  Patience patience{};
  // Run there: before the loop, when a guest has been forked, after the loop.
  std::function<void()> before = [] {};
  std::function<void(pid_t guest)> started = [](pid_t) {};
  std::function<void()> after = [] {};
};

// The reports by the guests' places in `guests`.
std::map<std::uint32_t, CellReport> run_cells(const std::vector<FunctionGuest>& guests,
                                              const WardenSettings& settings = {});

// One guest, one report.
inline CellReport run_cell(const CellConfig& config, std::function<void(GuestSide&)> body) {
  return run_cells({{config, std::move(body)}}, {.jobs = 1})[0];
}

}  // namespace cloister
