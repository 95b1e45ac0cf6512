// The process that a run happens in.
#pragma once

#include <sys/types.h>

#include "framework/kernel/error.h"
#include "framework/kernel/fd.h"

namespace cloister {

struct WardenFork {
  pid_t pid = -1;  // of the builder, which ends after the warden; 0 in the warden itself
  Fd socket;       // to the other of the two: watch/outbox.h
};

// Forks the warden: making cells changes a process for good. What is buffered for stdio by then
// would come out of every guest again; the caller flushes what it may.
Result<WardenFork> fork_warden();

}  // namespace cloister
