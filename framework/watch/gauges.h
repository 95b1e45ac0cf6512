// Looking at a cell from outside while it runs: how much processor time it has used, and, when its
// memory runs into the cap, what that is made of. Once the kernel has killed, it is too late to
// ask.
#pragma once

#include <sys/types.h>

#include <chrono>

#include <cloister/report.h>

#include "framework/kernel/fd.h"
#include "framework/plan/plan.h"

namespace cloister {

class Gauges {
 public:
  Gauges() = default;
  Gauges(const WatchPlan& plan, std::uint32_t cell, pid_t guest);

  // By the cell's cgroup, else of the guest and the children that it has waited for.
  std::chrono::microseconds cpu_time() const;

  // To poll for `memory_events()`; -1 when there is nothing to wait for.
  int memory_fd() const { return memory_alarm_.get(); }
  short memory_events() const;
  // The cap is near or reached: looks at what the memory is made of.
  void look_at_memory();
  // The guest has ended, and its group is still there: what the kernel held for it at most.
  void look_at_kernel_memory();
  // When the guest has ended: the kernel has killed for want of memory, and its log names others
  // and not the guest. False where the log cannot be read.
  bool only_others_killed_for_memory() const;
  // At the last look; zeros when there was none.
  const MemoryParts& memory() const { return memory_; }

 private:
  void watch_memory_v1(const std::string& group);
  void watch_memory_v2(const std::string& group);

  Gauge cpu_;
  pid_t guest_ = -1;
  CgroupVersion memory_version_{};
  Fd memory_alarm_;
  Fd memory_stat_;
  Fd kernel_memory_;  // version 1: its peak
  Fd kernel_log_;     // from the guest's start on
  MemoryParts memory_;
};

}  // namespace cloister
