// The life of a cell's PID 1; called by the builder in the child of clone3.
#pragma once

#include "framework/wire/bytes.h"

namespace cloister {

// Waits for one byte on `socket` (the id maps are written), performs `steps`, answers with an
// InsideReply, waits for one more byte, answers with a RollCall, and ends. Ends at once when the
// builder is gone.
[[noreturn]] void live_as_init(int socket, ByteReader steps);

}  // namespace cloister
