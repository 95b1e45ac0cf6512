// GoogleTest 1.10 and newer: its lists and reports as XML, which says every name exactly.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/command/kinds/kind.h"
#include "adapters/command/kinds/xml.h"
#include "framework/config/test_pattern.h"

namespace cloister::command {
namespace {

// What a filter can say of a name: '*', '?', '-' and ':' mean something else there, and become '?'.
std::string filter_of(std::string name) {
  for (const char special : {'*', '?', '-', ':'}) std::ranges::replace(name, special, '?');
  return name;
}

// Where the filter of a test takes others along, a shard of one test leaves them out: GoogleTest
// numbers the tests that it would run, in the order of its list.
void select(std::vector<Test>& tests, Test& test) {
  const std::string filter = filter_of(test.name);
  test.arguments = {"--gtest_filter=" + filter};
  if (test.disabled) test.arguments.emplace_back("--gtest_also_run_disabled_tests");
  const TestPattern pattern(filter);
  int matching = 0;
  int own = 0;
  for (const Test& other : tests) {
    if (&other == &test) own = matching;
    if ((!other.disabled || test.disabled) && pattern.matches(other.name)) ++matching;
  }
  if (matching == 1) return;
  test.environment = {fmt::format("GTEST_TOTAL_SHARDS={}", matching),
                      fmt::format("GTEST_SHARD_INDEX={}", own)};
}

bool is_disabled(std::string_view suite, std::string_view name) {
  return suite.starts_with("DISABLED_") || suite.find("/DISABLED_") != std::string_view::npos ||
         name.starts_with("DISABLED_");
}

class GoogleTest final : public Kind {
 public:
  std::string_view name() const override { return "googletest"; }
  bool answers_so(std::string_view help) const override {
    return help.find("--gtest_list_tests") != std::string_view::npos;
  }

  Result<std::vector<Test>> list(const Ask& ask) const override {
    const auto answer = ask({"--gtest_list_tests", "--gtest_output=xml:" + report_path(0)});
    if (!answer) return std::unexpected(answer.error());
    pugi::xml_document document;
    if (auto loaded = load_list(answer->reports[0], document); !loaded)
      return std::unexpected(loaded.error());
    std::vector<Test> tests;
    for (const auto& suite : document.document_element().children("testsuite")) {
      for (const auto& one : suite.children("testcase")) {
        Test test;
        const std::string_view suite_name = suite.attribute("name").value();
        const std::string_view test_name = one.attribute("name").value();
        test.name = fmt::format("{}.{}", suite_name, test_name);
        test.report_name = test.name;
        test.disabled = is_disabled(suite_name, test_name);
        tests.push_back(std::move(test));
      }
    }
    for (Test& test : tests) select(tests, test);
    return tests;
  }

  std::vector<std::string> report_arguments(std::span<const std::string> paths) const override {
    return {"--gtest_output=xml:" + paths[0]};
  }

  Told read(std::span<const std::string> reports) const override {
    Told told;
    pugi::xml_document document;
    told.whole = load_xml(reports[0], document);
    for (const auto& suite : document.document_element().children("testsuite")) {
      for (const auto& one : suite.children("testcase")) {
        if (std::string_view(one.attribute("status").value()) != "run") continue;
        told.ran.push_back(read_one(one));
      }
    }
    return told;
  }

 private:
  static Ran read_one(const pugi::xml_node& one) {
    Ran ran;
    ran.report_name =
        fmt::format("{}.{}", one.attribute("classname").value(), one.attribute("name").value());
    if (std::string_view(one.attribute("result").value()) == "skipped") ran.said = Said::kSkipped;
    for (const auto& part : one.children()) {
      const std::string_view kind = part.name();
      if (kind == "failure") ran.said = Said::kFailed;
      if (kind == "failure" || kind == "skipped")
        ran.message += trimmed(part.attribute("message").value()) + "\n";
    }
    return ran;
  }
};

}  // namespace

std::unique_ptr<Kind> make_googletest() { return std::make_unique<GoogleTest>(); }

}  // namespace cloister::command
