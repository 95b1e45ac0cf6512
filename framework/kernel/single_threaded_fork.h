// Forking into a process that has one thread only, which setns(2) and unshare(2) demand for user
// namespaces. fork(3) gives that, but for ThreadSanitizer: its run-time library starts a thread of
// its own in the child.
#pragma once

#include <sys/types.h>

namespace cloister {

// True under ThreadSanitizer.
bool fork_starts_a_thread();

// fork(3); under ThreadSanitizer the bare system call, after which the child must either exec, or
// fork(3) once more before it runs code that the sanitizer shall watch.
pid_t single_threaded_fork();

}  // namespace cloister
