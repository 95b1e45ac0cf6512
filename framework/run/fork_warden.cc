#include "framework/run/fork_warden.h"

#include <errno.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "framework/kernel/single_threaded_fork.h"

namespace cloister {

Result<WardenFork> fork_warden() {
  auto pair = make_socket_pair(SOCK_STREAM);
  if (!pair) return std::unexpected(pair.error());
  const pid_t pid = single_threaded_fork();
  if (pid < 0) return failed("fork the warden", "raise the limit on processes (ulimit -u)");
  return WardenFork{pid, std::move(pid == 0 ? pair->theirs : pair->ours)};
}

int wait_for(const WardenFork& warden) {
  int status = 0;
  while (::waitpid(warden.pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

int end_warden(WardenFork& warden) {
  if (!warden.socket.open()) return 0;
  warden.socket.reset();
  return wait_for(warden);
}

std::string warden_end_text(int status) {
  if (status == 0) return "";
  const bool by_signal = WIFSIGNALED(status) || WEXITSTATUS(status) > 128;
  if (!by_signal) return fmt::format("the warden exited with status {}", WEXITSTATUS(status));
  return fmt::format("the warden was killed by signal {}",
                     WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status) - 128);
}

}  // namespace cloister
