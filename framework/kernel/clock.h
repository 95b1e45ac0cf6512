// The clock of a run: every time that the engine notes is one of it.
#pragma once

#include <chrono>

namespace cloister {

using Clock = std::chrono::steady_clock;

}  // namespace cloister
