#include "framework/host/examine.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "framework/host/probe.h"
#include "framework/kernel/single_threaded_fork.h"

namespace cloister {
namespace {

// Whether all of it could be written.
bool write_all(const Fd& fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd.get(), text.data(), text.size());
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<Examination> examine_host(std::string (*words)(const HostFacts&)) {
  auto pipe = make_pipe();
  if (!pipe) return std::unexpected(pipe.error());
  const pid_t pid = single_threaded_fork();
  if (pid < 0) return failed("fork a process to try this host in");
  if (pid == 0) {
    const Host host = open_host(ProbeDepth::kEverything);
    const bool whole = std::ranges::none_of(
        host.facts.losses, [](const Loss& loss) { return is_default(loss.facility); });
    ::_exit(write_all(pipe->write_end, words(host.facts)) && whole ? 0 : 1);
  }
  pipe->write_end.reset();
  Examination result;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(pipe->read_end.get(), buffer, sizeof buffer)) > 0;)
    result.text.append(buffer, static_cast<std::size_t>(got));
  int status = 0;
  ::waitpid(pid, &status, 0);
  result.whole = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return result;
}

}  // namespace cloister
