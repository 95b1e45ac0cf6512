#include "adapters/command/kinds/googletest_console.h"

#include <algorithm>
#include <sstream>

namespace cloister::command {
namespace {

constexpr std::string_view kPassed = "[       OK ] ";
constexpr std::string_view kSkipped = "[  SKIPPED ] ";
constexpr std::string_view kFailed = "[  FAILED  ] ";

// GoogleTest's colours: "\033[0;32m", "\033[m".
std::string without_colours(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    if (text.starts_with("\033[")) {
      const std::size_t end = text.find('m');
      if (end == text.npos) break;
      text.remove_prefix(end + 1);
      continue;
    }
    const std::size_t next = std::min(text.find("\033[", 1), text.size());
    plain += text.substr(0, next);
    text.remove_prefix(next);
  }
  return plain;
}

std::string line_of(std::string_view mark, std::string_view test) {
  return std::string(mark) + std::string(test) + " (";
}

}  // namespace

ConsoleOfGoogleTest::ConsoleOfGoogleTest(std::string_view out) : text_(without_colours(out)) {}

bool ConsoleOfGoogleTest::began(std::string_view test) const {
  return has("[ RUN      ] " + std::string(test) + "\n");
}

bool ConsoleOfGoogleTest::passed(std::string_view test) const {
  return has(line_of(kPassed, test)) && !has(line_of(kFailed, test));
}

bool ConsoleOfGoogleTest::summed_up(std::string_view test) const {
  const bool ok = passed(test);
  const std::size_t own = text_.find(line_of(ok ? kPassed : kSkipped, test));
  if (own == std::string::npos) return false;
  const std::string_view behind = std::string_view(text_).substr(own);
  return behind.find(ok ? "[  PASSED  ] 1 test." : "[  SKIPPED ] 1 test, listed below:") !=
             behind.npos &&
         behind.find(kFailed) == behind.npos;
}

bool ConsoleOfGoogleTest::passed_and_came_to_its_end(std::string_view test) const {
  if (!passed(test)) return false;
  const std::string_view behind =
      std::string_view(text_).substr(text_.find(line_of(kPassed, test)));
  return behind.find(": Failure\n") == behind.npos &&
         behind.find("[----------] Global test environment tear-down") != behind.npos;
}

std::string ConsoleOfGoogleTest::failed_suite() const {
  const std::size_t end = text_.find(": SetUpTestSuite or TearDownTestSuite\n");
  if (end == std::string::npos) return "";
  const std::size_t begin = text_.substr(0, end).rfind(kFailed);
  if (begin == std::string::npos) return "";
  return text_.substr(begin + kFailed.size(), end - begin - kFailed.size());
}

std::string ConsoleOfGoogleTest::failures_of_suite() const {
  std::string words = printed_by_hooks();
  return words.empty() ? blocks(": Failure") : words;  // --gtest_brief prints no beginnings
}

std::string ConsoleOfGoogleTest::thrown_outside() const {
  const std::size_t end =
      text_.find("thrown in auxiliary test code (environments or event listeners).");
  if (end == std::string::npos) return "";
  const std::size_t failure = text_.substr(0, end).rfind(": Failure\n");
  if (failure == std::string::npos) return "";
  const std::size_t line = text_.substr(0, failure).rfind('\n') + 1;
  return text_.substr(line, text_.find('\n', end) - line) + "\n";
}

// GoogleTest prints the words of a skip twice.
std::string ConsoleOfGoogleTest::skip_words() const {
  std::string words = blocks(": Skipped");
  const std::size_t half = words.find('\n');
  if (half == std::string::npos) return words;
  const std::string_view reason = std::string_view(words).substr(half + 1);
  const std::size_t middle = reason.size() / 2;
  const bool twice = reason.size() % 2 == 0 && reason.substr(0, middle) == reason.substr(middle);
  return words.substr(0, half + 1) + std::string(twice ? reason.substr(0, middle) : reason);
}

std::string ConsoleOfGoogleTest::blocks(std::string_view ending) const {
  std::string words;
  bool in_block = false;
  std::istringstream lines(text_);
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with(ending)) in_block = true;
    if (line.starts_with("[")) in_block = false;
    if (in_block) words += line + "\n";
  }
  return words;
}

// Between the beginning of a suite and its test, and between that and its end.
std::string ConsoleOfGoogleTest::printed_by_hooks() const {
  std::string words;
  bool in_hooks = false;
  std::istringstream lines(text_);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("[----------] ")) {
      in_hooks = line.find(" from ") != std::string::npos && !line.ends_with("total)");
    } else if (line.starts_with("[ RUN ")) {
      in_hooks = false;
    } else if (line.starts_with("[") && line.find(" ms)") != std::string::npos) {
      in_hooks = true;
    } else if (in_hooks && !line.empty()) {
      words += line + "\n";
    }
  }
  return words;
}

}  // namespace cloister::command
