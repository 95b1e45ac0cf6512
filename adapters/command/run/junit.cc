#include "adapters/command/run/junit.h"

#include <errno.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <pugixml.hpp>

#include "adapters/command/run/xml_text.h"
#include "framework/report/words.h"

namespace cloister::command {
namespace {

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

// What it changed and used, where that is known.
void put_properties(pugi::xml_node& node, const CellReport& cell) {
  auto properties = audit_properties(cell.audit);
  if (std::string changes = changes_text(cell.files); !changes.empty())
    properties.emplace(properties.begin(), "cloister_files", std::move(changes));
  if (properties.empty()) return;
  pugi::xml_node all = node.append_child("properties");
  for (const auto& [name, value] : properties) {
    pugi::xml_node property = all.append_child("property");
    property.append_attribute("name") = name.c_str();
    property.append_attribute("value") = valid_xml_text(value).c_str();
  }
}

void put_case(Suite& suite, const Selected& selected, const Attempt& attempt) {
  pugi::xml_node one = suite.node.append_child("testcase");
  one.append_attribute("name") = valid_xml_text(selected.test->name).c_str();
  one.append_attribute("classname") = valid_xml_text(selected.binary->program).c_str();
  one.append_attribute("time") = seconds(attempt.cell.usage.wall).c_str();
  ++suite.tests;
  suite.time += attempt.cell.usage.wall;
  put_properties(one, attempt.cell);
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
