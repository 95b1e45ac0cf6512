// The process in which a run happens.
#pragma once

#include <sys/types.h>

#include <string>

#include "framework/kernel/error.h"
#include "framework/kernel/fd.h"

namespace cloister {

struct WardenFork {
  pid_t pid = -1;  // of the builder, which ends after the warden; 0 in the warden itself
  Fd socket;       // to the peer: watch/outbox.h
};

// Forks the warden, because making cells changes a process permanently. Every guest would print
// again what stdio has buffered at that time, so the caller flushes what it can.
Result<WardenFork> fork_warden();
// Waits until everything of the run is removed. The status of wait(2).
int wait_for(const WardenFork& warden);
// Closes the socket first, which ends the run. 0 if it was closed before.
int end_warden(WardenFork& warden);
// "the warden was killed by signal 9", from that; the builder ends as its warden did. Empty when it
// ended well.
std::string warden_end_text(int status);

}  // namespace cloister
