// doctest 2.4: its lists and reports as XML.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/command/kinds/kind.h"
#include "adapters/command/kinds/xml.h"
#include "framework/config/test_pattern.h"

namespace cloister::command {
namespace {

// A pattern for one name: '*' cannot be escaped, nor can ',' in older versions.
std::string filter_of(std::string name) {
  for (const char special : {'*', ',', '\\'}) std::ranges::replace(name, special, '?');
  return name;
}

// TestPattern's wildcards are those of doctest, where nothing else in a name is special to it.
bool takes(const std::string& filter, std::string name) {
  std::string pattern = filter;
  for (std::string* text : {&pattern, &name}) {
    for (const char special : {'-', ':'}) std::ranges::replace(*text, special, '_');
  }
  return TestPattern(pattern).matches(name);
}

// Names may be there twice, and a filter may take others along: then --first and --last number the
// one that is meant, among those that the filter takes, in the order of the list.
void select(const std::vector<Test>& tests, Test& test) {
  const std::string filter = filter_of(test.report_name);
  int matching = 0;
  int own = 0;
  for (const Test& other : tests) {
    if (other.disabled && !test.disabled) continue;
    if (takes(filter, other.report_name)) ++matching;
    if (&other == &test) own = matching;
  }
  test.arguments = {"--test-case=" + filter, "--case-sensitive=true", "--order-by=file"};
  if (test.disabled) test.arguments.emplace_back("--no-skip=true");
  if (matching == 1) return;
  test.arguments.push_back(fmt::format("--first={}", own));
  test.arguments.push_back(fmt::format("--last={}", own));
}

class Doctest final : public Kind {
 public:
  std::string_view name() const override { return "doctest"; }
  bool answers_so(std::string_view help) const override {
    return help.find("[doctest]") != std::string_view::npos;
  }

  Result<std::vector<Test>> list(const Ask& ask) const override {
    const auto answer = ask({"--list-test-cases", "--reporters=xml", "--no-skip=true",
                             "--order-by=file", "--out=" + report_path(0)});
    if (!answer) return std::unexpected(answer.error());
    pugi::xml_document document;
    if (auto loaded = load_list(answer->reports[0], document); !loaded)
      return std::unexpected(loaded.error());
    std::vector<Test> tests;
    for (const auto& one : document.document_element().children("TestCase")) {
      Test test;
      const std::string_view suite = one.attribute("testsuite").value();
      test.report_name = one.attribute("name").value();
      test.name = suite.empty() ? test.report_name : fmt::format("{}/{}", suite, test.report_name);
      test.disabled = one.attribute("skipped").as_bool();
      tests.push_back(std::move(test));
    }
    for (Test& test : tests) select(tests, test);
    return tests;
  }

  std::vector<std::string> report_arguments(std::span<const std::string> paths) const override {
    return {"--reporters=xml", "--out=" + paths[0], "--no-skipped-summary=true"};
  }

  Told read(std::span<const std::string> reports) const override {
    Told told;
    pugi::xml_document document;
    told.whole = load_xml(reports[0], document);
    for (const auto& found : document.select_nodes("//TestCase")) {
      const pugi::xml_node one = found.node();
      if (one.attribute("skipped").as_bool()) continue;
      Ran ran;
      ran.report_name = one.attribute("name").value();
      const auto overall = one.child("OverallResultsAsserts");
      ran.said = overall.attribute("test_case_success").as_bool() ? Said::kPassed : Said::kFailed;
      for (const auto& part : one.select_nodes(".//Expression | .//Message | .//Exception"))
        ran.message += words_of(part.node());
      told.ran.push_back(std::move(ran));
    }
    return told;
  }

 private:
  static std::string words_of(const pugi::xml_node& part) {
    const std::string_view kind = part.name();
    const std::string place = place_of(part, "filename", "line");
    const std::string_view type = part.attribute("type").value();
    if (kind == "Message")
      return fmt::format("{}{}: {}\n", place, type, trimmed(part.child_value("Text")));
    std::string text;
    if (kind == "Expression" && !part.attribute("success").as_bool()) {
      text =
          fmt::format("{}ERROR: {}( {} ) is NOT correct!\n  values: {}\n", place, type,
                      trimmed(part.child_value("Original")), trimmed(part.child_value("Expanded")));
    } else if (kind == "Exception" && std::string_view(part.parent().name()) != "Expression") {
      text = fmt::format("test case {}: {}\n",
                         part.attribute("crash").as_bool() ? "CRASHED" : "THREW exception",
                         trimmed(part.text().get()));
    }
    return text;
  }
};

}  // namespace

std::unique_ptr<Kind> make_doctest() { return std::make_unique<Doctest>(); }

}  // namespace cloister::command
