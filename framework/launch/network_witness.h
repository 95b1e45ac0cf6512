// Finds out whether a guest can have used its network. A used network is not lent again:
// docs/decisions/0070.
#pragma once

#include "framework/kernel/error.h"
#include "framework/kernel/fd.h"

namespace cloister {

// Whether this kernel can notify a process about the system calls of others: seccomp_unotify(2).
bool can_ask_about_calls();

// From now on each call that can reach a network, by this process and all its future forks, waits
// until the listener on the descriptor lets it continue. This process itself must not make such a
// call. Cannot be undone, and sets no_new_privs.
Result<Fd> watch_ways_to_networks();

}  // namespace cloister
