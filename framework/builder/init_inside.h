// The life of a cell's PID 1, in the child of clone(2).
#pragma once

namespace cloister::inside {

// Waits for one byte on its socket (the id maps are written), performs its steps, answers with an
// InsideReply, waits for one more byte, answers with a RollCall, and ends. Ends at once when the
// builder is gone. Run it on a stack that has an Inside at its head.
[[noreturn]] void live_as_init();

}  // namespace cloister::inside
