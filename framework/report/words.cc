#include "framework/report/words.h"

#include <fmt/format.h>
#include <signal.h>
#include <string.h>

#include <algorithm>

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
    const std::string kernel =
        parts.kernel.count == 0 ? ""
                                : fmt::format(", {} of kernel memory (such as pipes and sockets)",
                                              bytes_text(parts.kernel));
    return fmt::format(
        "reached its memory cap of {} (peak {}) and was killed\n  memory: {} anonymous, {} shared, "
        "{} of file cache{}",
        bytes_text(outcome.cap), bytes_text(report.usage.peak_memory), bytes_text(parts.anonymous),
        bytes_text(parts.shared), bytes_text(parts.file), kernel);
  }
  std::string operator()(const OutOfCpuTime& outcome) const {
    return fmt::format("used up its {} of processor time and was killed",
                       duration_text(outcome.cap));
  }
  std::string operator()(const SetupFailed& outcome) const { return "was not run: " + outcome.why; }
  std::string operator()(const Interrupted&) const {
    return "was running when the run was interrupted, and was killed";
  }
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

std::string slow_words(const std::string& name, std::chrono::milliseconds notice_after,
                       std::chrono::milliseconds deadline) {
  return fmt::format("{} has been running for {} ({})", name, duration_text(notice_after),
                     deadline.count() == 0 ? "no deadline" : "deadline " + duration_text(deadline));
}

std::vector<std::string> limit_notes(const CellReport& report,
                                     std::string (*option)(std::string_view setting)) {
  const Usage& usage = report.usage;
  const bool killed_for_memory = std::holds_alternative<OutOfMemory>(report.outcome);
  std::vector<std::string> notes;
  if (!report.files.unsaved.empty())
    notes.push_back(fmt::format("{} ({})", printable(report.files.unsaved), option("keep_failed")));
  if (!report.files.undeclared.empty()) {
    notes.push_back(fmt::format("its changes to {} were thrown away: not declared as outputs ({})",
                                printable_list(report.files.undeclared), option("outputs")));
  }
  if (report.undying != 0) {
    notes.push_back(fmt::format(
        "its process {} was killed but does not die; it was left behind (root can see in "
        "/proc/{}/stack where it waits)",
        report.undying, report.undying));
  }
  if (usage.refused_forks > 0) {
    notes.push_back(fmt::format("{} fork{} refused by the process cap of {} ({})",
                                usage.refused_forks, usage.refused_forks == 1 ? " was" : "s were",
                                report.caps.processes, option("processes")));
  }
  if (usage.oom_kills > 0 && !killed_for_memory) {
    notes.push_back(fmt::format("{} of its processes {} killed at the memory cap{} ({})",
                                usage.oom_kills, usage.oom_kills == 1 ? "was" : "were",
                                of_size(report.caps.memory), option("memory")));
  }
  for (const TmpfsUse& tmpfs : report.tmpfs) {
    if (!tmpfs.full()) continue;
    const bool by_inodes = tmpfs.inodes_used >= tmpfs.inodes;
    notes.push_back(
        fmt::format("its {} is full: {} ({})", tmpfs.target,
                    by_inodes ? fmt::format("{} files", tmpfs.inodes_used) : bytes_text(tmpfs.used),
                    option(by_inodes                    ? "tmpfs_inodes"
                           : tmpfs.target == "/dev/shm" ? "shm_size"
                                                        : "tmp_size")));
  }
  for (const auto& [output, name] : {std::pair(&report.out, "stdout"), {&report.err, "stderr"}}) {
    if (output->dropped == 0) continue;
    notes.push_back(fmt::format("it printed {} more bytes on {} than the {} that are kept ({})",
                                output->dropped, name, output->kept.size(), option("output")));
  }
  return notes;
}

std::string services_text(const CellReport& report) {
  constexpr std::size_t kMostLines = 40;
  std::vector<std::string_view> lines;
  for (std::string_view rest = report.services; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    lines.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (lines.empty()) return "";
  const std::size_t first = lines.size() - std::min(lines.size(), kMostLines);
  std::string text = "what its services printed last:";
  for (const std::string_view line : std::span(lines).subspan(first))
    text += "\n  " + printable(line);
  return text;
}

std::string put_failure_words(const CellReport& report,
                              std::string (*option)(std::string_view setting)) {
  if (report.files.failure.empty()) return "";
  return fmt::format(
      "what it wrote could not be put in place: {}; fix that, or write to the host's files with "
      "{}=host",
      printable(report.files.failure), option("files"));
}

std::string collision_words(std::uint32_t id, const FileConflict& conflict,
                            const std::function<std::string(std::uint32_t)>& name_of) {
  const std::string earlier = name_of(std::min(id, conflict.other));
  const std::string later = name_of(std::max(id, conflict.other));
  return fmt::format(
      "{} and {} both changed '{}' while both ran, each in its own view; what {} wrote is there; "
      "give each test a file of its own, or run them one after the other",
      earlier, later, printable(conflict.path), later);
}

const char* cost_name(Cost cost) {
  constexpr const char* kNames[kCostCount] = {"make cgroups",
                                              "lend a network",
                                              "clone init with its namespaces",
                                              "map ids",
                                              "make mounts private",
                                              "mount /proc",
                                              "mount tmpfs",
                                              "make cgroups read-only",
                                              "set the hostname",
                                              "bring up loopback",
                                              "other steps",
                                              "seal init",
                                              "fork the guest",
                                              "join cgroups",
                                              "join namespaces",
                                              "drop rights, set streams",
                                              "run the test",
                                              "end init",
                                              "remove cgroups"};
  return kNames[static_cast<std::size_t>(cost)];
}

}  // namespace cloister
