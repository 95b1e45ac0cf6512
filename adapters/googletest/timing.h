// --cloister_timing: what each part of a cell's life cost on this host.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <cloister/report.h>

namespace cloister::googletest {

class Timing {
 public:
  void take(const CellReport& cell);
  // A line for each part that any cell had, in chronological order: median and 95th percentile
  // (nearest rank) over the cells that had it, in microseconds.
  std::string text() const;

 private:
  std::vector<std::vector<std::uint32_t>> costs_;  // by Cost, nanoseconds
};

}  // namespace cloister::googletest
