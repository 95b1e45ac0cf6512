#include "framework/report/classify.h"

#include <signal.h>
#include <sys/wait.h>

namespace cloister {

Outcome classify(const Evidence& evidence) {
  if (!evidence.entry_failure.empty()) return SetupFailed{evidence.entry_failure};
  const int status = evidence.wait_status;
  const bool exited_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (evidence.killed_for && !(evidence.said_finished && exited_well)) {
    switch (*evidence.killed_for) {
      case KilledFor::kCpuTime:
        return OutOfCpuTime{evidence.cpu_time};
      case KilledFor::kDeadline:
        return TimedOut{evidence.deadline};
      case KilledFor::kEndOfRun:
        return Interrupted{};
    }
  }
  if (WIFSIGNALED(status)) {
    // The kernel's memory killer sends SIGKILL and nothing else; a SIGKILL with an empty kill count
    // came from elsewhere, and so did one beside kills of others.
    if (WTERMSIG(status) == SIGKILL && evidence.oom_kills > 0 &&
        !evidence.only_others_killed_for_memory)
      return OutOfMemory{evidence.memory_cap, evidence.memory};
    return Signaled{WTERMSIG(status), static_cast<bool>(WCOREDUMP(status))};
  }
  if (!evidence.broken_protocol.empty()) return ProtocolBroken{evidence.broken_protocol};
  if (evidence.said_finished && exited_well) return Finished{};
  return Exited{WEXITSTATUS(status)};
}

}  // namespace cloister
