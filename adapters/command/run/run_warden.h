// The warden of `cloister run`, and the guests that it forks. Started by
// cells.cc, which hears from it over a socket.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "adapters/command/run/cells.h"
#include "framework/host/probe.h"
#include "framework/kernel/fd.h"

namespace cloister::command {

// The first byte of each message. A test's number, a line, or an encoded CellReport follows;
// nothing follows when an order is done.
enum class WardenSays : std::uint8_t { kStarted, kNote, kEnded, kDone };

// Carries out one order after another and tries the host out only once. Ends when `next` has no
// more, or when nobody reads its messages any more.
[[noreturn]] void watch_cells(const std::function<const CellsOrder*()>& next, const Fd& socket,
                              ProbeDepth depth = ProbeDepth::kDefaultCell);

// The command line of a test that reports to `paths`.
std::vector<std::string> command_of(const Selected& selected, const std::vector<std::string>& flags,
                                    const std::vector<std::string>& paths);

}  // namespace cloister::command
