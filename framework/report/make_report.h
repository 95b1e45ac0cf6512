// Makes the report of a cell that is gone, from everything that is known about it.
#pragma once

#include <chrono>
#include <cstdint>

#include <cloister/report.h>

#include "framework/events/frame_reader.h"
#include "framework/plan/plan.h"
#include "framework/protocol/cell_page.h"
#include "framework/protocol/protocol.h"
#include "framework/report/guest_end.h"

namespace cloister {

struct CellEvidence {
  std::uint32_t id = 0;  // of the task, or of the last that the guest came to
  std::uint32_t tasks = 1;
  const CellPlan& plan;
  GuestEnd guest;
  // What the guest reported and printed, to the last byte.
  FrameReader frames{};
  Output out{};
  Output err{};
  const CellPage& page;
  // The builder's last reply about it; nullptr if it was never built, or never dismantled.
  const BuilderReply* gone = nullptr;
  MemoryParts memory{};  // from the last look at the living cell
  // The kernel has killed for lack of memory, and its log names other processes and not the guest.
  bool only_others_killed_for_memory = false;
  Costs costs = {};  // measured by the watch loop
};

CellReport make_report(CellEvidence&& evidence);

// Of a task that has ended while its cell goes on with the next.
struct TaskEvidence {
  std::uint32_t id = 0;
  std::uint32_t tasks = 1;  // of the cell
  const CellPlan& plan;
  EndedTask ended;
  Output out{};
  Output err{};
  std::chrono::microseconds wall{};
};

CellReport make_task_report(TaskEvidence&& evidence);

}  // namespace cloister
