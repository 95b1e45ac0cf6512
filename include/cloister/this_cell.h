// What a test can learn about the cell it runs in.
#pragma once

#include <chrono>
#include <string>

#include <cloister/config.h>

namespace cloister {

// The cell of the calling process. In a run without cells every function still answers, for the
// process itself.
class ThisCell {
 public:
  // False in a run without cells.
  bool inside() const;
  // The caps and settings that are in force, including defaults. What this host cannot give is
  // unset.
  const CellConfig& limits() const;
  // The current and the peak memory of the whole cell, by its cgroup; without one, of this process
  // (VmRSS and VmHWM, proc(5)).
  Bytes memory() const;
  Bytes memory_peak() const;
  // Processor time of the whole cell if its cgroup counts it; else of this process and the children
  // that it has waited for (getrusage(2)).
  std::chrono::microseconds cpu_time() const;
};

// if (cloister::this_cell().memory_peak() > 8_MiB) ...
const ThisCell& this_cell();

}  // namespace cloister
