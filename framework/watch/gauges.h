// Looks at a running cell from outside: how much processor time it has used and, when its memory
// reaches the cap, what that memory consists of. After the kernel has killed, it is too late.
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <chrono>

#include <cloister/report.h>

#include "framework/kernel/clock.h"
#include "framework/kernel/fd.h"
#include "framework/plan/plan.h"

namespace cloister {

class Gauges {
 public:
  Gauges() = default;
  // The guest has just started.
  Gauges(const WatchPlan& plan, std::uint32_t cell, pid_t guest, Clock::time_point now);

  // When to look again even if nothing happens; max() is never.
  Clock::time_point next_look() const { return std::min(next_cpu_look_, next_memory_look_); }
  // Looks at the memory if it is time to.
  void look_at_memory(Clock::time_point now);
  // Looks at the processor time if it is time to. True when the plan's cap is used up.
  bool is_out_of_cpu_time(Clock::time_point now);

  // Poll this for `memory_events()`: it signals that the memory nears the cap. -1 when there is
  // nothing to wait for, and for a while after each alarm, so that a cell that stays at its cap
  // does not keep the loop busy.
  int memory_fd(Clock::time_point now) const {
    return now < memory_quiet_until_ ? -1 : memory_alarm_.get();
  }
  short memory_events() const;
  void memory_alarm(Clock::time_point now);
  // Call it when the guest has ended and its group still exists. Reads the peak of what the kernel
  // held for it.
  void look_at_kernel_memory();
  // Call it when the guest has ended. True if the kernel killed for lack of memory, and its log
  // names other processes and not the guest. False if the log cannot be read.
  bool only_others_killed_for_memory() const;
  // As of the last look; zeros if there was none.
  const MemoryParts& memory() const { return memory_; }

 private:
  void watch_memory_v1(const std::string& group);
  void watch_memory_v2(const std::string& group);
  void look_at_memory();
  // By the cell's cgroup; else of the guest and the children that it has waited for.
  std::chrono::microseconds cpu_time() const;

  Gauge cpu_;
  pid_t guest_ = -1;
  CgroupVersion memory_version_{};
  Fd memory_alarm_;
  Fd memory_stat_;
  Fd kernel_memory_;  // version 1: its peak
  Fd kernel_log_;     // from the start of the guest
  MemoryParts memory_;
  std::chrono::microseconds cpu_cap_{};  // 0 is none
  Clock::time_point next_cpu_look_ = Clock::time_point::max();
  Clock::time_point next_memory_look_ = Clock::time_point::max();
  Clock::time_point memory_quiet_until_{};
};

}  // namespace cloister
