#include "adapters/googletest/words.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

#include "framework/config/settings.h"
#include "framework/options/options.h"
#include "framework/report/words.h"

namespace cloister::googletest {
namespace {

std::string seconds_text(std::chrono::microseconds time) {
  return fmt::format("{:.2f} s", static_cast<double>(time.count()) / 1e6);
}

std::string debug_advice(const std::string& name) {
  return fmt::format("run it alone in a debugger with --cloister=off --gtest_filter={}", name);
}

// What to do about it, per outcome.
struct Advice {
  const Record& record;
  const std::string& name;

  std::string operator()(const Finished&) const { return ""; }
  std::string operator()(const Exited&) const {
    return record.cell.said_finished
               ? "look at stderr above: a leak checker, a sanitizer or an exit handler reports "
                 "there"
               : "a test must return; put the code that calls exit() or _exit() into EXPECT_EXIT "
                 "or a child process";
  }
  std::string operator()(const Signaled& outcome) const {
    if (outcome.signal == SIGXFSZ)
      return "raise that with --cloister_file_size or CLOISTER_TEST, or ulimit -f";
    if (outcome.signal != SIGKILL) return debug_advice(name);
    return "it was neither the deadline nor the memory cap: look for a kill in the test, and for "
           "the host's own out-of-memory killer in dmesg";
  }
  std::string operator()(const TimedOut&) const {
    return "raise it with --cloister_deadline or CLOISTER_TEST, or " + debug_advice(name);
  }
  std::string operator()(const OutOfMemory& outcome) const {
    if (outcome.parts.anonymous < outcome.parts.kernel) {
      return "look for pipes and sockets that are filled and not read, or raise the cap with "
             "--cloister_memory or CLOISTER_TEST";
    }
    return outcome.parts.anonymous < outcome.parts.shared
               ? "look for large files in /tmp and /dev/shm, which are memory, or raise the cap "
                 "with --cloister_memory or CLOISTER_TEST"
               : "raise the cap with --cloister_memory or CLOISTER_TEST, or use less";
  }
  std::string operator()(const OutOfCpuTime&) const {
    return "raise it with --cloister_cpu_time or CLOISTER_TEST, or " + debug_advice(name);
  }
  std::string operator()(const SetupFailed&) const {
    return "--cloister=off runs the tests without cells";
  }
  std::string operator()(const Interrupted&) const {
    return "run it again: nobody knows how it would have ended";
  }
  std::string operator()(const ProtocolBroken&) const {
    return "look for writes to descriptors that the test did not open";
  }
};

std::string what_happened(const Record& record) {
  std::string text = ending_text(record.cell);
  if (std::holds_alternative<Exited>(record.cell.outcome))
    text += record.cell.said_finished ? " after the test had ended" : " before the test had ended";
  return text;
}

const Part* last_failure(const Record& record) {
  const auto found = std::find_if(record.parts.rbegin(), record.parts.rend(),
                                  [](const Part& part) { return part.failed(); });
  return found == record.parts.rend() ? nullptr : &*found;
}

}  // namespace

std::vector<std::string> limit_notes(const Record& record) {
  return cloister::limit_notes(record.cell, flag_of);
}

std::string throttled_note(const Record& record) {
  const auto throttled = record.cell.usage.throttled;
  if (throttled.count() == 0) return "";
  return fmt::format("it waited {} because of its CPU cap of {} (--cloister_cpus)",
                     seconds_text(throttled), record.cell.caps.cpus);
}

std::string failure_words(const Record& record, const std::string& full_name) {
  if (std::holds_alternative<Finished>(record.cell.outcome)) return "";
  std::string text = fmt::format("cloister: {} {}", full_name, what_happened(record));
  if (!std::holds_alternative<SetupFailed>(record.cell.outcome)) {
    const Part* failure = last_failure(record);
    text += fmt::format("\n  where:  in {}, after {}", phase_words(record.last_phase()),
                        failure == nullptr  ? "no failed assertion"
                        : failure->has_file ? fmt::format("the failed assertion at {}:{}",
                                                          failure->file, failure->line)
                                            : "a failed assertion at an unknown place");
    for (const std::string& note : limit_notes(record)) text += "\n  limits: " + note;
    if (const std::string note = throttled_note(record); !note.empty())
      text += "\n  limits: " + note;
    text += fmt::format("\n  used:   {}, peak memory {}", seconds_text(record.cell.usage.wall),
                        bytes_text(record.cell.usage.peak_memory));
    if (record.cell.tasks > 1) {
      text += fmt::format("\n  cell:   shared by {} tests, whose memory counts together",
                          record.cell.tasks);
    }
  }
  return text + "\n  advice: " + std::visit(Advice{record, full_name}, record.cell.outcome);
}

std::vector<std::string> audit_notes(const Registry& registry, const CellReport& report) {
  return cloister::audit_notes(
      report, [&registry](TestId test) { return full_name(registry.test(test)); }, flag_of);
}

std::string put_failure_words(const Record& record) {
  return cloister::put_failure_words(record.cell, flag_of);
}

std::string conflict_words(const Registry& registry, TestId id, const FileConflict& conflict) {
  return collision_words(id, conflict,
                         [&registry](TestId test) { return full_name(registry.test(test)); });
}

}  // namespace cloister::googletest
