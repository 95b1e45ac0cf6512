// A guest that starts its program anew: it executes its own file with the run's command line, and
// the new program takes over its side of the pipes. For programs that a fork would break (threads
// that exist before the run). Called by adapters, on both sides of the exec.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/events/guest_side.h"
#include "framework/kernel/error.h"

namespace cloister {

// This process's command line, as it was started.
Result<std::vector<std::string>> command_line();

// In a guest of a watch with GuestOptions::will_exec: executes the program with `arguments`.
// `words` are the adapter's, for the new program. Returns only if that failed; then the warden has
// been told why, and the process must end.
void start_again(GuestSide& side, const std::vector<std::string>& arguments,
                 std::string_view words);

struct StartedAgain {
  GuestSide side;
  std::string words;
};

// In the program that start_again() executed, once: what it was given. Nothing in any other
// program.
Result<std::optional<StartedAgain>> take_over();

}  // namespace cloister
