// doctest 2.4: its lists and reports as XML.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "adapters/command/kinds/kind.h"
#include "adapters/command/kinds/xml.h"
#include "framework/report/words.h"

namespace cloister::command {
namespace {

// What neither means something else in a filter nor is written otherwise in a report.
bool is_plain(std::string_view name) {
  return !name.empty() && name.front() != ' ' && name.back() != ' ' &&
         std::ranges::all_of(name, [](char c) {
           return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f &&
                  std::string_view("*?,\\").find(c) == std::string_view::npos;
         });
}

// By its name where that tells it from all others. Else by its place: --first and --last number the
// tests that would run, in the order of the list.
void select(std::vector<Test>& tests) {
  std::unordered_map<std::string, int> count;
  for (const Test& test : tests) ++count[test.report_name];
  int all = 0;
  int enabled = 0;
  for (Test& test : tests) {
    ++all;
    enabled += test.disabled ? 0 : 1;
    const bool by_name = is_plain(test.report_name) && count[test.report_name] == 1;
    test.arguments = {"--test-case=" + (by_name ? test.report_name : "*"), "--case-sensitive=true",
                      "--order-by=file"};
    if (test.disabled) test.arguments.emplace_back("--no-skip=true");
    if (by_name) continue;
    const int place = test.disabled ? all : enabled;
    test.arguments.push_back(fmt::format("--first={}", place));
    test.arguments.push_back(fmt::format("--last={}", place));
  }
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
      test.name = printable(suite.empty() ? test.report_name
                                          : fmt::format("{}/{}", suite, test.report_name));
      test.disabled = one.attribute("skipped").as_bool();
      tests.push_back(std::move(test));
    }
    select(tests);
    return tests;
  }

  std::vector<std::string> report_arguments(std::span<const std::string> paths) const override {
    return {"--reporters=xml", "--out=" + paths[0], "--no-skipped-summary=true"};
  }

  FrameworkReport read(std::span<const std::string> reports) const override {
    FrameworkReport told;
    pugi::xml_document document;
    told.whole = load_xml(reports[0], document);
    for (const auto& found : document.select_nodes("//TestCase")) {
      const pugi::xml_node one = found.node();
      if (one.attribute("skipped").as_bool()) continue;
      ReportedTest ran;
      ran.report_name = one.attribute("name").value();
      const auto overall = one.child("OverallResultsAsserts");
      ran.said = overall.attribute("test_case_success").as_bool() ? ReportedResult::kPassed
                                                                  : ReportedResult::kFailed;
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
