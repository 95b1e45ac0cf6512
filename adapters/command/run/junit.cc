#include "adapters/command/run/junit.h"

#include <errno.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <pugixml.hpp>

namespace cloister::command {
namespace {

// A character at the start of `text`: its bytes and its number. No bytes where there is none.
struct Character {
  std::size_t length = 0;
  std::uint32_t number = 0;
};

// The shortest form only, and no surrogates: RFC 3629.
Character first_of(std::string_view text) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return {1, byte(0)};
  const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || length > text.size()) return {};
  std::uint32_t number = byte(0) & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    number = number << 6 | (byte(i) & 0x3FU);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (number < kLeast[length] || number > 0x10FFFF) return {};
  return {length, number};
}

bool is_in_xml(std::uint32_t number) {
  return number == '\t' || number == '\n' || number == '\r' ||
         (number >= 0x20 && number <= 0xD7FF) || (number >= 0xE000 && number <= 0xFFFD) ||
         number >= 0x10000;
}

std::string seconds(std::chrono::microseconds time) {
  return fmt::format("{:.3f}", static_cast<double>(time.count()) / 1e6);
}

void put_text(pugi::xml_node parent, const char* name, std::string_view text) {
  if (!text.empty()) parent.append_child(name).text().set(valid_xml_text(text).c_str());
}

struct Suite {
  pugi::xml_node node;
  int tests = 0;
  int failures = 0;
  int skipped = 0;
  std::chrono::microseconds time{};
};

void put_case(Suite& suite, const Selected& selected, const Attempt& attempt) {
  pugi::xml_node one = suite.node.append_child("testcase");
  one.append_attribute("name") = valid_xml_text(selected.test->name).c_str();
  one.append_attribute("classname") = valid_xml_text(selected.binary->program).c_str();
  one.append_attribute("time") = seconds(attempt.cell.usage.wall).c_str();
  ++suite.tests;
  suite.time += attempt.cell.usage.wall;
  const std::string message = valid_xml_text(attempt.message);
  if (is_bad(attempt.verdict)) {
    ++suite.failures;
    pugi::xml_node failure = one.append_child("failure");
    failure.append_attribute("type") = std::string(verdict_word(attempt.verdict)).c_str();
    failure.append_attribute("message") = message.substr(0, message.find('\n')).c_str();
    failure.text().set(message.c_str());
  } else if (attempt.verdict != Verdict::kPass) {
    ++suite.skipped;
    one.append_child("skipped").append_attribute("message") =
        attempt.verdict == Verdict::kNotRun ? "not run" : message.c_str();
  }
  put_text(one, "system-out", attempt.cell.out.kept);
  put_text(one, "system-err", attempt.cell.err.kept);
}

}  // namespace

std::string valid_xml_text(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const auto [length, number] = first_of(text);
    if (length > 0 && is_in_xml(number)) {
      valid += text.substr(0, length);
    } else {
      valid += '?';
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return valid;
}

Result<void> write_junit(const std::string& path, const std::vector<Selected>& tests,
                         const std::vector<Attempt>& attempts, const FailuresBeside& beside) {
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("testsuites");
  std::map<const Binary*, Suite> suites;
  const auto suite_of = [&](const Binary* binary) -> Suite& {
    Suite& suite = suites[binary];
    if (!suite.node) {
      suite.node = root.append_child("testsuite");
      suite.node.append_attribute("name") = valid_xml_text(binary->program).c_str();
    }
    return suite;
  };
  for (const Attempt& attempt : attempts) {
    const Selected& selected = tests[attempt.test];
    put_case(suite_of(selected.binary), selected, attempt);
  }
  for (const auto& [binary, failures] : beside) {
    pugi::xml_node node = suite_of(binary).node;
    node.append_attribute("errors") = failures.size();
    put_text(node, "system-err", fmt::format("{}", fmt::join(failures, "\n")));
  }
  for (auto& [binary, suite] : suites) {
    suite.node.append_attribute("tests") = suite.tests;
    suite.node.append_attribute("failures") = suite.failures;
    suite.node.append_attribute("skipped") = suite.skipped;
    suite.node.append_attribute("time") = seconds(suite.time).c_str();
  }
  errno = 0;
  if (!document.save_file(path.c_str(), "  "))
    return failed(fmt::format("write the results to '{}'", path), "name another file with --junit");
  return {};
}

}  // namespace cloister::command
