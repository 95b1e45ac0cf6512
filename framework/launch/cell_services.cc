#include "framework/launch/cell_services.h"

#include <unistd.h>

#include "framework/services/start.h"

namespace cloister {
namespace {

bool is_due(ServicePer per, Before before) {
  switch (per) {
    case ServicePer::kCell:
      return before != Before::kSetUp;
    case ServicePer::kTemplate:
      return before != Before::kTests;
    case ServicePer::kRun:
      break;
  }
  return false;
}

}  // namespace

void start_services(const CellPlan& plan, GuestSide& side, Before before) {
  if (plan.guest.services.empty()) return;
  const auto started = start_in_cell(
      plan.guest.services, [before](ServicePer per) { return is_due(per, before); },
      side.page().services);
  if (started) return;
  side.fail_entry(started.error());
  ::_exit(1);
}

}  // namespace cloister
