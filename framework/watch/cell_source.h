// Where the watch loop gets its tasks from.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "framework/kernel/clock.h"
#include "framework/kernel/error.h"
#include "framework/plan/plan.h"
#include "framework/protocol/protocol.h"

namespace cloister {

struct CellTask {
  std::uint32_t id = 0;  // its events and reports carry this number
  Result<SharedPlan> plan;
  // The pid that the guest gets in its cell, if the kernel supports that: plan/guest_pid.h. 0 is
  // any.
  pid_t guest_pid = 0;
  // Further tasks, which the same guest goes on with, one after the other, in this order.
  std::vector<std::uint32_t> more{};
  // The guest stands still after its set-up, and each task is a fork of it in a cell of its own.
  // If it does not, it goes on with them itself.
  std::optional<TemplateKind> template_kind{};
  // The cell of the template that its guest is to be a fork of. Only the watch loop sets it.
  std::uint32_t within = kNoTemplate;
};
// There may be more. The source is asked again at that time, and whenever a cell has ended. If no
// cell is left and no time is given, there is no more.
struct NothingYet {
  Clock::time_point until = Clock::time_point::max();
};
// The source is not asked again.
struct NoMore {};
using NextTask = std::variant<CellTask, NothingYet, NoMore>;

class CellSource {
 public:
  virtual ~CellSource() = default;
  virtual NextTask next() = 0;
};

}  // namespace cloister
