// How it is known whether a guest can have used its network, which then is not lent again:
// docs/decisions/0070.
#pragma once

#include "framework/kernel/error.h"
#include "framework/kernel/fd.h"

namespace cloister {

// Whether this kernel lets a process be asked about the system calls of others: seccomp_unotify(2).
bool can_ask_about_calls();

// From now on each call that is a way to a network, of this process and of all that it will fork,
// waits until whoever listens on the descriptor lets it on. This process itself must not make one.
// It cannot be undone, and sets no_new_privs.
Result<Fd> watch_ways_to_networks();

}  // namespace cloister
