// Forks a child that has one thread only, as setns(2) and unshare(2) require for user namespaces.
// fork(3) does that, except under ThreadSanitizer, whose run-time library starts a thread of its
// own in the child.
#pragma once

#include <sys/types.h>

namespace cloister {

// True under ThreadSanitizer.
bool fork_starts_a_thread();

// fork(3). Under ThreadSanitizer it is the bare system call; the child must then either exec, or
// fork(3) once more before it runs code that the sanitizer is to check.
pid_t single_threaded_fork();

}  // namespace cloister
