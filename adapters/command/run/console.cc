#include "adapters/command/run/console.h"

#include <fmt/color.h>
#include <fmt/format.h>
#include <stdio.h>

#include <algorithm>
#include <filesystem>

#include "adapters/command/cell_options.h"
#include "framework/report/words.h"

namespace cloister::command {
namespace {

std::string file_name(const std::string& program) {
  return std::filesystem::path(program).filename().string();
}

void print_indented(FILE* to, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    fmt::print(to, "    {}\n", text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// What of `message` the test has not printed itself: without its first lines as far as they stand
// in `printed`, in that order.
std::string_view not_yet_in(std::string_view printed, std::string_view message) {
  while (!message.empty()) {
    const std::size_t end = std::min(message.find('\n'), message.size());
    const std::string_view line = message.substr(0, end);
    const std::size_t at = printed.find(line);
    if (at == std::string_view::npos) break;
    printed.remove_prefix(at + line.size());
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  return message;
}

void print_output(FILE* to, std::string_view name, const Output& output) {
  if (output.kept.empty()) return;
  fmt::print(to, "    --- {}\n", name);
  print_indented(to, output.kept);
  if (output.dropped > 0) fmt::print(to, "    --- and {} bytes more (--output)\n", output.dropped);
}

void say_what_was_left(const Attempt& attempt, const std::string& test) {
  if (attempt.tells_left) return;
  for (const std::string& line : leftovers_text(attempt.cell, false))
    fmt::print(stderr, "cloister: note: {} left {}\n", test, line);
}

void say_what_was_limited(const Attempt& attempt, const std::string& test) {
  if (attempt.tells_limits) return;
  for (const std::string& note : limit_notes(attempt.cell, option_name))
    fmt::print(stderr, "cloister: note: {}: {}\n", test, note);
}

fmt::terminal_color colour_of(Verdict verdict) {
  if (is_bad(verdict)) return fmt::terminal_color::red;
  return verdict == Verdict::kPass ? fmt::terminal_color::green : fmt::terminal_color::yellow;
}

}  // namespace

Console::Console(const std::vector<Selected>& tests, bool colour, FILE* to)
    : tests_(tests), colour_(colour), to_(to) {
  for (const Selected& selected : tests)
    widest_binary_ = std::max(widest_binary_, file_name(selected.binary->program).size());
}

void Console::started(std::uint32_t test) { running_.insert(test); }

std::string Console::coloured(Verdict verdict) const {
  const std::string word = fmt::format("{:>8}", verdict_word(verdict));
  return colour_ ? fmt::format(fmt::fg(colour_of(verdict)), "{}", word) : word;
}

std::string Console::line(const Attempt& attempt) const {
  const Selected& selected = tests_[attempt.test];
  return fmt::format("{} {:>8.3f} s  {:<{}}  {}\n", coloured(attempt.verdict),
                     static_cast<double>(attempt.cell.usage.wall.count()) / 1e6,
                     file_name(selected.binary->program), widest_binary_, selected.test->name);
}

void Console::ended(const Attempt& attempt) {
  running_.erase(attempt.test);
  ++counts_[attempt.verdict];
  if (attempt.verdict == Verdict::kNotRun) return;
  const std::string text = line(attempt);
  fmt::print(to_, "{}", text);
  if (attempt.verdict == Verdict::kSkip) print_indented(to_, attempt.message);
  if (is_bad(attempt.verdict)) {
    print_indented(to_, not_yet_in(attempt.cell.out.kept, attempt.message));
    print_output(to_, "stdout", attempt.cell.out);
    print_output(to_, "stderr", attempt.cell.err);
    bad_.push_back(text);
  }
  fflush(to_);
  const std::string& test = tests_[attempt.test].test->name;
  say_what_was_limited(attempt, test);
  say_what_was_left(attempt, test);
}

void Console::failed_beside(const Binary& binary, const std::string& words) {
  const std::string text =
      fmt::format("{} {:>10}  {:<{}}  {}\n", coloured(Verdict::kFail), "",
                  file_name(binary.program), widest_binary_, words.substr(0, words.find('\n')));
  fmt::print(to_, "{}", text);
  print_indented(to_,
                 std::string_view(words).substr(std::min(words.find('\n'), words.size() - 1) + 1));
  fflush(to_);
  bad_.push_back(text);
  ++beside_;
}

void Console::interrupted() {
  fmt::print(to_, "interrupted while these were running:\n");
  for (const std::uint32_t test : running_)
    fmt::print(to_, "    {}  {}\n", file_name(tests_[test].binary->program),
               tests_[test].test->name);
}

std::size_t Console::count(Verdict verdict) const {
  const auto found = counts_.find(verdict);
  return found == counts_.end() ? 0 : found->second;
}

void Console::summary(std::chrono::milliseconds wall, bool interrupted) const {
  std::set<const Binary*> binaries;
  for (const Selected& selected : tests_) binaries.insert(selected.binary);
  const std::size_t failed = bad_.size() - beside_;
  const std::size_t ran = count(Verdict::kPass) + count(Verdict::kSkip) + failed;
  fmt::print(to_, "{}: {} test{} of {} binar{} in {:.2f} s: {} passed, {} failed, {} skipped",
             interrupted ? "interrupted" : "summary", tests_.size(), tests_.size() == 1 ? "" : "s",
             binaries.size(), binaries.size() == 1 ? "y" : "ies",
             static_cast<double>(wall.count()) / 1e3, count(Verdict::kPass), failed,
             count(Verdict::kSkip));
  if (ran < tests_.size()) fmt::print(to_, ", {} not run", tests_.size() - ran);
  if (beside_ > 0)
    fmt::print(to_, ", {} failure{} outside of tests", beside_, beside_ == 1 ? "" : "s");
  fmt::print(to_, "\n");
  for (const std::string& text : bad_) fmt::print(to_, "{}", text);
}

}  // namespace cloister::command
