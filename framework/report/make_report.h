// From all that is known of a cell that is gone to its report.
#pragma once

#include <cstdint>

#include <cloister/report.h>

#include "framework/events/frame_reader.h"
#include "framework/plan/plan.h"
#include "framework/protocol/cell_page.h"
#include "framework/protocol/protocol.h"
#include "framework/report/guest_end.h"

namespace cloister {

struct CellEvidence {
  std::uint32_t id = 0;  // of the task
  const CellPlan& plan;
  GuestEnd guest;
  // What the guest said and printed, to the last byte.
  FrameReader frames{};
  Output out{};
  Output err{};
  const CellPage& page;
  // The builder's last words of it; nullptr when it was never built, or never dismantled.
  const BuilderReply* gone = nullptr;
  MemoryParts memory{};  // at the last look at the living cell
  // The kernel has killed for want of memory, and its log names others and not the guest.
  bool only_others_killed_for_memory = false;
  Costs costs = {};  // the watch loop's
};

CellReport make_report(CellEvidence&& evidence);

}  // namespace cloister
