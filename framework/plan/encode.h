// Encodes the inside half of a plan as the bytes that the builder takes. The reader is
// builder/building.cc.
#pragma once

#include <string>

#include "framework/plan/plan.h"

namespace cloister {

// `user_is_root_outside`: the builder sees every outside id of the plan as 0, as in the namespace
// that an ordinary user makes.
std::string encode(const InsidePlan& plan, bool user_is_root_outside = false);

}  // namespace cloister
