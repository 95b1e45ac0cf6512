#include "framework/run/fork_warden.h"

#include <sys/socket.h>

#include "framework/kernel/single_threaded_fork.h"

namespace cloister {

Result<WardenFork> fork_warden() {
  auto pair = make_socket_pair(SOCK_STREAM);
  if (!pair) return std::unexpected(pair.error());
  const pid_t pid = single_threaded_fork();
  if (pid < 0) return failed("fork the warden", "raise the limit on processes (ulimit -u)");
  return WardenFork{pid, std::move(pid == 0 ? pair->theirs : pair->ours)};
}

}  // namespace cloister
