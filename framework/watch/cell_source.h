// What there is to run, for the watch loop to ask.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <variant>

#include "framework/kernel/clock.h"
#include "framework/kernel/error.h"
#include "framework/plan/plan.h"

namespace cloister {

struct CellTask {
  std::uint32_t id = 0;  // events and reports of it have this number
  Result<SharedPlan> plan;
  // That the guest shall have in its cell, where the kernel can do so: pids.h. 0 is any.
  pid_t guest_pid = 0;
};
// There may be more. It is asked again when a cell has ended, and at that time; when no cell is
// left and there is no such time, there is no more.
struct NothingYet {
  Clock::time_point until = Clock::time_point::max();
};
// It is not asked again.
struct NoMore {};
using NextTask = std::variant<CellTask, NothingYet, NoMore>;

class CellSource {
 public:
  virtual ~CellSource() = default;
  virtual NextTask next() = 0;
};

}  // namespace cloister
