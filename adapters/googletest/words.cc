#include "adapters/googletest/words.h"

#include <fmt/format.h>
#include <string.h>

#include <algorithm>

#include "framework/config/settings.h"

namespace cloister::googletest {
namespace {

std::string signal_text(int number) {
  const char* name = sigabbrev_np(number);
  const char* words = sigdescr_np(number);
  if (name == nullptr || words == nullptr) return fmt::format("signal {}", number);
  return fmt::format("SIG{} ({})", name, words);
}

std::string seconds_text(std::chrono::microseconds time) {
  return fmt::format("{:.2f} s", static_cast<double>(time.count()) / 1e6);
}

std::string debug_advice(const std::string& name) {
  return fmt::format("run it alone in a debugger with --cloister=off --gtest_filter={}", name);
}

// What happened and what to do about it, per outcome.
struct Story {
  const Record& record;
  const std::string& name;

  struct Telling {
    std::string what;
    std::string advice;
  };

  Telling operator()(const Finished&) const { return {}; }
  Telling operator()(const Exited& outcome) const {
    if (record.cell.said_finished) {
      return {fmt::format("exited with status {} after the test had ended", outcome.status),
              "look at stderr above: a leak checker, a sanitizer or an exit handler reports there"};
    }
    return {fmt::format("exited with status {} before the test had ended", outcome.status),
            "a test must return; put the code that calls exit() or _exit() into EXPECT_EXIT or a "
            "child process"};
  }
  Telling operator()(const Signaled& outcome) const {
    return {fmt::format("was killed by {}{}", signal_text(outcome.signal),
                        outcome.core_dumped ? ", core dumped" : ""),
            outcome.signal == SIGKILL ? "it was neither the deadline nor the memory cap: look for "
                                        "a kill in the test, and for the "
                                        "host's own out-of-memory killer in dmesg"
                                      : debug_advice(name)};
  }
  Telling operator()(const TimedOut& outcome) const {
    return {fmt::format("did not end within its deadline of {} and was killed",
                        duration_text(outcome.deadline)),
            "raise it with --cloister_deadline or CLOISTER_TEST, or " + debug_advice(name)};
  }
  Telling operator()(const OutOfMemory& outcome) const {
    return {fmt::format("reached its memory cap of {} (peak {}) and was killed",
                        bytes_text(outcome.cap), bytes_text(record.cell.usage.peak_memory)),
            "raise the cap with --cloister_memory or CLOISTER_TEST, or use less"};
  }
  Telling operator()(const SetupFailed& outcome) const {
    return {"was not run: " + outcome.why, "--cloister=off runs the tests without cells"};
  }
  Telling operator()(const ProtocolBroken& outcome) const {
    return {"sent a report that cannot be trusted: " + outcome.why,
            "look for writes to descriptors that the test did not open"};
  }
};

const Part* last_failure(const Record& record) {
  const auto found = std::find_if(record.parts.rbegin(), record.parts.rend(),
                                  [](const Part& part) { return part.failed(); });
  return found == record.parts.rend() ? nullptr : &*found;
}

}  // namespace

std::string failure_words(const Record& record, const std::string& full_name) {
  if (std::holds_alternative<Finished>(record.cell.outcome)) return "";
  const auto [what, advice] = std::visit(Story{record, full_name}, record.cell.outcome);
  std::string text = fmt::format("cloister: {} {}", full_name, what);
  if (!std::holds_alternative<SetupFailed>(record.cell.outcome)) {
    const Part* failure = last_failure(record);
    text += fmt::format("\n  where:  in {}, after {}", phase_words(record.last_phase()),
                        failure == nullptr  ? "no failed assertion"
                        : failure->has_file ? fmt::format("the failed assertion at {}:{}",
                                                          failure->file, failure->line)
                                            : "a failed assertion of unknown place");
    text += fmt::format("\n  used:   {}, peak memory {}", seconds_text(record.cell.usage.wall),
                        bytes_text(record.cell.usage.peak_memory));
  }
  return text + "\n  advice: " + advice;
}

}  // namespace cloister::googletest
