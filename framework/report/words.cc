#include "framework/report/words.h"

#include <fmt/format.h>
#include <signal.h>
#include <string.h>

#include "framework/config/settings.h"

namespace cloister {
namespace {

// " of 64 KiB", and nothing for a limit that is not Cloister's.
std::string of_size(Bytes cap) {
  return cap.count == 0 ? "" : fmt::format(" of {}", bytes_text(cap));
}

struct Ending {
  const CellReport& report;

  std::string operator()(const Finished&) const { return "finished"; }
  std::string operator()(const Exited& outcome) const {
    return fmt::format("exited with status {}", outcome.status);
  }
  std::string operator()(const Signaled& outcome) const {
    if (outcome.signal == SIGXFSZ) {
      return fmt::format("wrote past the largest file it may write{} and was killed by SIGXFSZ",
                         of_size(report.caps.file_size));
    }
    return fmt::format("was killed by {}{}", signal_text(outcome.signal),
                       outcome.core_dumped ? ", core dumped" : "");
  }
  std::string operator()(const TimedOut& outcome) const {
    return fmt::format("did not end within its deadline of {} and was killed",
                       duration_text(outcome.deadline));
  }
  std::string operator()(const OutOfMemory& outcome) const {
    const MemoryParts& parts = outcome.parts;
    return fmt::format(
        "reached its memory cap of {} (peak {}) and was killed\n  memory: {} anonymous, {} shared, "
        "{} of file cache",
        bytes_text(outcome.cap), bytes_text(report.usage.peak_memory), bytes_text(parts.anonymous),
        bytes_text(parts.shared), bytes_text(parts.file));
  }
  std::string operator()(const OutOfCpuTime& outcome) const {
    return fmt::format("used up its {} of processor time and was killed",
                       duration_text(outcome.cap));
  }
  std::string operator()(const SetupFailed& outcome) const { return "was not run: " + outcome.why; }
  std::string operator()(const ProtocolBroken& outcome) const {
    return "sent a report that cannot be trusted: " + outcome.why;
  }
};

}  // namespace

std::string signal_text(int number) {
  const char* name = sigabbrev_np(number);
  const char* words = sigdescr_np(number);
  if (name == nullptr || words == nullptr) return fmt::format("signal {}", number);
  return fmt::format("SIG{} ({})", name, words);
}

std::string ending_text(const CellReport& report) {
  return std::visit(Ending{report}, report.outcome);
}

}  // namespace cloister
