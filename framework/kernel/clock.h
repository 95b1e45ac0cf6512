// The clock of a run. Every time that the engine records comes from it.
#pragma once

#include <chrono>

namespace cloister {

using Clock = std::chrono::steady_clock;

}  // namespace cloister
