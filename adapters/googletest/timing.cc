#include "adapters/googletest/timing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "framework/report/words.h"

namespace cloister::googletest {
namespace {

// The smallest of them that is no less than `share` of them.
double percentile(std::vector<std::uint32_t>& costs, double share) {
  const auto rank = static_cast<std::ptrdiff_t>(
      std::max(1.0, std::ceil(share * static_cast<double>(costs.size()))) - 1);
  std::nth_element(costs.begin(), costs.begin() + rank, costs.end());
  return costs[static_cast<std::size_t>(rank)] / 1e3;
}

}  // namespace

void Timing::take(const CellReport& cell) {
  costs_.resize(std::max(costs_.size(), cell.costs.size()));
  for (std::size_t i = 0; i < cell.costs.size(); ++i) {
    if (cell.costs[i] > 0) costs_[i].push_back(cell.costs[i]);
  }
}

std::string Timing::text() const {
  std::string lines;
  for (std::size_t i = 0; i < costs_.size(); ++i) {
    std::vector<std::uint32_t> costs = costs_[i];
    if (costs.empty()) continue;
    const double median = percentile(costs, 0.5);
    lines += fmt::format("  {:<32}{:>10.0f}{:>10.0f}{:>8}\n", cost_name(static_cast<Cost>(i)),
                         median, percentile(costs, 0.95), costs.size());
  }
  if (lines.empty()) return "cloister: timing: there was no cell\n";
  return fmt::format("cloister: timing, in microseconds{:>10}{:>10}{:>8}\n{}", "median", "95 %",
                     "cells", lines);
}

}  // namespace cloister::googletest
