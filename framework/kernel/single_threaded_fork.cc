#include "framework/kernel/single_threaded_fork.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

// Present under ThreadSanitizer only.
extern "C" [[gnu::weak]] void __tsan_acquire(void*);

namespace cloister {

bool fork_starts_a_thread() { return __tsan_acquire != nullptr; }

pid_t single_threaded_fork() {
  if (!fork_starts_a_thread()) return ::fork();
  return static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr));
}

}  // namespace cloister
