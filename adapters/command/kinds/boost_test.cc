// Boost.Test 1.65 and newer: its tree as DOT, results by its XML report, messages by its XML log.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_map>

#include "adapters/command/kinds/kind.h"
#include "adapters/command/kinds/xml.h"

namespace cloister::command {
namespace {

// What a filter gives another meaning. Boost.Test itself takes most of these out of names.
constexpr std::string_view kSpecial = ":*@+!/,";
constexpr int kDeepestSuite = 100;

// `tu65536[shape=Mrecord,...,color=green,label="passes|file.cc(8)"];` of the list, and the braces
// round the children of a suite.
class Tree {
 public:
  void take(const std::string& line) {
    if (line == "{") open();
    if (line == "}") close();
    constexpr std::string_view kLabel = ",label=\"";
    const std::size_t label = line.find(kLabel);
    if (!line.starts_with("tu") || label == std::string::npos) return;
    if (line.find("shape=ellipse") != std::string::npos) return;  // the module itself
    std::string rest = line.substr(label + kLabel.size());
    Test test;
    // Behind the name stand its place, then perhaps more: "|file.cc(8)|labels: @lab".
    test.name = above_ + rest.substr(0, rest.find('|'));
    test.report_name = test.name;
    test.disabled = line.find("color=green") == std::string::npos;
    tests_.push_back(std::move(test));
    may_be_suite_ = true;
  }
  std::vector<Test> tests() { return std::move(tests_); }

 private:
  // What a brace follows is no test but the suite that it opens; the first opens the module.
  void open() {
    lengths_above_.push_back(above_.size());
    if (may_be_suite_) {
      above_ = tests_.back().name + "/";
      tests_.pop_back();
    }
    may_be_suite_ = false;
  }
  void close() {
    may_be_suite_ = false;
    if (lengths_above_.empty()) return;
    above_.resize(lengths_above_.back());
    lengths_above_.pop_back();
  }

  std::string above_;                       // "outer/inner/"
  std::vector<std::size_t> lengths_above_;  // of above_ outside each open brace
  bool may_be_suite_ = false;               // the last of tests_
  std::vector<Test> tests_;
};

void select(int same, Test& test) {
  std::string bare = test.name;
  std::erase(bare, '/');
  if (bare.find_first_of(kSpecial) != std::string::npos || same > 1) {
    test.refusal = fmt::format(
        "Boost.Test cannot be told to run '{}' alone: {}; rename it", test.name,
        same > 1 ? "another test has its name" : "its name has one of " + std::string(kSpecial));
  }
  test.arguments = {"--run_test=" + test.name};
}

// False when suites lie deeper in each other than any program has them.
bool read_units(const pugi::xml_node& suite, const std::string& above, int depth,
                FrameworkReport& told) {
  if (depth > kDeepestSuite) return false;
  for (const auto& unit : suite.children()) {
    const std::string name = above + unit.attribute("name").value();
    if (std::string_view(unit.name()) == "TestSuite" &&
        !read_units(unit, name + "/", depth + 1, told))
      return false;
    if (std::string_view(unit.name()) != "TestCase") continue;
    const std::string_view result = unit.attribute("result").value();
    const ReportedResult said = result.starts_with("passed") ? ReportedResult::kPassed
                                : result == "skipped"        ? ReportedResult::kSkipped
                                                             : ReportedResult::kFailed;
    told.ran.push_back({name, said, ""});
  }
  return true;
}

class BoostTest final : public Kind {
 public:
  std::string_view name() const override { return "boost"; }
  bool answers_so(std::string_view help) const override {
    return help.find("Boost.Test") != std::string_view::npos;
  }

  Result<std::vector<Test>> list(const Ask& ask) const override {
    const auto answer = ask({"--list_content=DOT", "--color_output=no"});
    if (!answer) return std::unexpected(answer.error());
    if (answer->err.find("digraph") == std::string::npos) {
      return std::unexpected(Error{"read its list of tests: it wrote no tree of them", 0,
                                   "run it by hand with --list_content=DOT"});
    }
    Tree tree;
    std::istringstream lines(answer->err);
    for (std::string line; std::getline(lines, line);) tree.take(line);
    std::vector<Test> tests = tree.tests();
    std::unordered_map<std::string, int> count;
    for (const Test& test : tests) ++count[test.name];
    for (Test& test : tests) select(count[test.name], test);
    return tests;
  }

  std::vector<std::string> report_arguments(std::span<const std::string> paths) const override {
    // A signal shall end the process, as in any other cell.
    return {"--report_format=XML", "--report_level=detailed",  "--report_sink=" + paths[0],
            "--log_format=XML",    "--log_level=error",        "--log_sink=" + paths[1],
            "--result_code=yes",   "--catch_system_errors=no", "--color_output=no"};
  }

  FrameworkReport read(std::span<const std::string> reports) const override {
    FrameworkReport told;
    pugi::xml_document results;
    told.whole = load_xml(reports[0], results);
    told.whole &= read_units(results.document_element().child("TestSuite"), "", 0, told);
    pugi::xml_document log;
    load_xml(reports[1], log);
    std::string message;
    for (const auto& found : log.select_nodes("//Error | //FatalError | //Exception"))
      message += words_of(found.node());
    for (ReportedTest& ran : told.ran) ran.message = message;
    return told;
  }

  bool runs_dependencies() const override { return true; }

 private:
  static std::string words_of(const pugi::xml_node& part) {
    std::string text;
    for (const auto& piece : part.children()) {
      if (piece.type() == pugi::node_cdata || piece.type() == pugi::node_pcdata)
        text += piece.value();
    }
    for (const auto& frame : part.select_nodes("Context/Frame"))
      text += "\n  with " + trimmed(frame.node().text().get());
    std::string_view kind = part.name();
    if (kind == "FatalError") kind = "fatal error";
    return fmt::format("{}{}: {}\n", place_of(part, "file", "line"),
                       kind == "Error" ? "error" : kind, trimmed(text));
  }
};

}  // namespace

std::unique_ptr<Kind> make_boost_test() { return std::make_unique<BoostTest>(); }

}  // namespace cloister::command
