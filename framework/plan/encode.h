// A plan's inside half as the bytes that the builder takes. The reader is builder/building.cc.
#pragma once

#include <string>

#include "framework/plan/plan.h"

namespace cloister {

// `user_is_root_outside`: whatever ids outside the plan names, to the builder they are 0, as in the
// namespace of its own that an ordinary user's has.
std::string encode(const InsidePlan& plan, bool user_is_root_outside = false);

}  // namespace cloister
