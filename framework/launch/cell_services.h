// When a guest starts the services of its plan: [[service]] of cloister.toml.
#pragma once

#include "framework/events/guest_side.h"
#include "framework/plan/plan.h"

namespace cloister {

// What the guest is about to do.
enum class Before : std::uint8_t {
  kSetUpAndTests,  // the set-up of a suite, then its tests
  kSetUp,          // that, and then it stands still as a template
  kTests,          // the tests after such a set-up
};

// Returns when those that are due are ready. If one does not become ready, the guest says so and
// ends.
void start_services(const CellPlan& plan, GuestSide& side, Before before);

}  // namespace cloister
