// A plan's inside half as the bytes that the builder takes. The reader is builder/building.cc.
#pragma once

#include <string>

#include "framework/plan/plan.h"

namespace cloister {

std::string encode(const InsidePlan& plan);

}  // namespace cloister
