// From the end of a cell and the framework's own report to a verdict: failure unless both say
// otherwise.
#include <fmt/format.h>
#include <string.h>

#include <algorithm>
#include <cctype>

#include "adapters/command/cell_options.h"
#include "adapters/command/run/attempt.h"
#include "framework/config/settings.h"
#include "framework/report/outcome_traits.h"
#include "framework/report/words.h"

namespace cloister::command {
namespace {

// What to do about an end; `debug` is a line that runs the test in a debugger.
std::string advice(const Outcome& outcome, const std::string& debug) {
  const std::string_view limit = info_of(outcome).limit.setting;
  if (limit == "memory") return "raise the cap with --memory, or use less";
  if (!limit.empty()) return fmt::format("raise it with {}, or {}", option_name(limit), debug);
  if (info_of(outcome).verdict == Verdict::kNoCell)
    return "'cloister doctor' shows what this host can give";
  return debug;
}

// As a shell takes it for one word.
std::string shell_word(const std::string& word) {
  const bool is_plain = !word.empty() && std::ranges::all_of(word, [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("_@%+=:,./-").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (is_plain) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

// Adds how the cell ended, with what limited it and what to do.
void tell_end(const Selected& selected, const std::string& end, const CellReport& cell,
              const std::vector<std::string>& command, Attempt& attempt) {
  std::string debug = "run it in a debugger: gdb --args";
  for (const std::string& word : command) debug += " " + shell_word(word);
  std::string text = fmt::format("cloister: {} {}", selected.test->name, end);
  if (!std::holds_alternative<SetupFailed>(cell.outcome)) {
    text += fmt::format("\n  used:   {:.2f} s, peak memory {}",
                        static_cast<double>(cell.usage.wall.count()) / 1e6,
                        bytes_text(cell.usage.peak_memory));
  }
  for (const std::string& note : limit_notes(cell, option_name)) text += "\n  limits: " + note;
  attempt.message += text + "\n  advice: " + advice(cell.outcome, debug) + "\n";
  attempt.tells_limits = true;
}

const Event* find_note(const CellReport& cell, Note note) {
  const auto found = std::ranges::find(cell.events, static_cast<std::uint16_t>(note), &Event::kind);
  return found == cell.events.end() ? nullptr : &*found;
}

const ReportedTest* own_of(const Selected& selected, const FrameworkReport& told) {
  const Test& test = *selected.test;
  const auto found = std::ranges::find(told.ran, test.report_name, &ReportedTest::report_name);
  if (found != told.ran.end()) return &*found;
  // A report may write a name otherwise than a list does.
  return test.is_asked_by_name && told.ran.size() == 1 ? &told.ran.front() : nullptr;
}

// Empty when the report is about this test alone; else why it proves nothing.
std::string wrong_report(const Selected& selected, const FrameworkReport& told,
                         const ReportedTest* own) {
  if (!told.whole) return "before its report was written to the end";
  if (own == nullptr && told.ran.empty())
    return "without having run it: the binary has no such test any more, or its flags leave it out";
  if (own == nullptr) {
    return fmt::format(
        "after having run '{}' in its place: the binary has changed since it was "
        "asked for its tests",
        told.ran.front().report_name);
  }
  if (told.ran.size() > 1 && !selected.binary->kind->runs_dependencies())
    return fmt::format("after having run {} tests instead of this one", told.ran.size());
  return "";
}

// By its report; by what it printed where it took the means to write that from itself.
FrameworkReport told_by(const Selected& selected, const CellReport& cell) {
  const Kind& kind = *selected.binary->kind;
  FrameworkReport told = kind.read(reports_of(cell));
  if (told.whole) {
    kind.look_beside(cell.out.kept, told);
    return told;
  }
  if (auto printed = kind.read_console(*selected.test, cell.out.kept)) return std::move(*printed);
  return told;
}

void take_words(const Kind& kind, const FrameworkReport& told, Attempt& attempt) {
  for (const ReportedTest& ran : told.ran) {
    attempt.message += ran.message;
    if (kind.runs_dependencies()) break;  // its messages are those of the whole report
  }
}

// The process ended by itself: its own report decides.
void judge_exit(const Selected& selected, const CellReport& cell, int status,
                const std::vector<std::string>& command, Attempt& attempt) {
  const Kind& kind = *selected.binary->kind;
  FrameworkReport told = told_by(selected, cell);
  const ReportedTest* own = own_of(selected, told);
  take_words(kind, told, attempt);
  attempt.beside = std::move(told.beside);
  attempt.verdict = Verdict::kFail;
  const std::string ended = ending_text(cell);
  if (const std::string wrong = wrong_report(selected, told, own); !wrong.empty()) {
    attempt.is_of_others = told.whole;
    tell_end(selected, ended + " " + wrong, cell, command, attempt);
  } else if (own->said == ReportedResult::kFailed) {
    if (attempt.message.empty())
      attempt.message = fmt::format("its report says that it failed, but not why\n");
  } else if (attempt.beside.empty() && !kind.is_success(status, own->said)) {
    tell_end(selected, ended + " although its report names no failure", cell, command, attempt);
  } else if (own->said == ReportedResult::kNotBegun) {
    attempt.verdict = attempt.beside.empty() ? Verdict::kSkip : Verdict::kNotRun;
    if (attempt.beside.empty() && attempt.message.empty())
      attempt.message = "its environment skips all tests\n";
  } else {
    attempt.verdict = own->said == ReportedResult::kSkipped ? Verdict::kSkip : Verdict::kPass;
    if (own->said == ReportedResult::kPassed) attempt.message.clear();
    const std::string leak = leak_words(cell, selected.test->name, "--leaks");
    if (!leak.empty()) {
      attempt.verdict = Verdict::kFail;
      attempt.message += leak + "\n";
      attempt.tells_left = true;
    }
  }
}

}  // namespace

std::optional<int> why_not_executed(const CellReport& cell) {
  const Event* note = find_note(cell, Note::kNotExecuted);
  if (note == nullptr) return std::nullopt;
  int number = 0;
  std::memcpy(&number, note->payload.data(), std::min(sizeof number, note->payload.size()));
  return number;
}

std::vector<std::string> reports_of(const CellReport& cell) {
  std::vector<std::string> reports;
  for (const Event& event : cell.events) {
    if (event.kind == static_cast<std::uint16_t>(Note::kReport)) reports.push_back(event.payload);
  }
  reports.resize(kReports);
  return reports;
}

Attempt judge_end(const Selected& selected, const CellReport& cell,
                  const std::vector<std::string>& command) {
  Attempt attempt;
  attempt.test = cell.id;
  if (find_note(cell, Note::kNotStarted) != nullptr) return attempt;
  if (const auto number = why_not_executed(cell)) {
    attempt.verdict = Verdict::kNoCell;
    attempt.message = fmt::format(
        "cloister: {} was not run: cannot execute '{}': {}; it must be "
        "visible and executable inside the cell\n",
        selected.test->name, selected.binary->program, errno_text(*number));
    return attempt;
  }
  if (const auto* exited = std::get_if<Exited>(&cell.outcome)) {
    judge_exit(selected, cell, exited->status, command, attempt);
    return attempt;
  }
  const Kind& kind = *selected.binary->kind;
  const FrameworkReport told = kind.read(reports_of(cell));
  const auto* died = std::get_if<Signaled>(&cell.outcome);
  if (died != nullptr && !told.whole &&
      kind.died_of_its_report(*selected.test, died->signal, cell.out.kept, cell.err.kept)) {
    attempt.verdict = Verdict::kPass;
    return attempt;
  }
  attempt.verdict = info_of(cell.outcome).verdict;
  for (const ReportedTest& ran : told.ran) attempt.message += ran.message;
  tell_end(selected, ending_text(cell), cell, command, attempt);
  return attempt;
}

void judge_files(const Selected& selected, const CellReport& cell, const NameOfTest& name_of,
                 Attempt& attempt) {
  const auto fail = [&attempt](const std::string& words) {
    if (!is_bad(attempt.verdict)) attempt.verdict = Verdict::kFail;
    attempt.message += fmt::format("cloister: {}\n", words);
  };
  for (const FileConflict& conflict : cell.files.conflicts)
    fail(collision_words(cell.id, conflict, name_of));
  if (const std::string words = put_failure_words(cell, option_name); !words.empty())
    fail(fmt::format("{}: {}", selected.test->name, words));
}

}  // namespace cloister::command
