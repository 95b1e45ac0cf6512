// Catch2, version 2 (from 2.13) and version 3: names by its list, results by its XML reporter.
#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

#include "adapters/command/kinds/kind.h"
#include "adapters/command/kinds/xml.h"
#include "framework/report/words.h"

namespace cloister::command {
namespace {

constexpr int kAllSkipped = 4;  // the exit status of version 3 for it

// In quotes, as a test specification takes any name.
std::string quoted(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '\\' || c == '"' || c == ',') text += '\\';
    text += c;
  }
  return text + '"';
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// How Catch2 matches a name against a specification: without case and outer spaces, and a star at
// either end is a wildcard that nothing can escape.
bool takes(std::string pattern, const std::string& name) {
  pattern = lower(trimmed(pattern));
  const std::string text = lower(trimmed(name));
  const bool at_start = pattern.starts_with('*');
  if (at_start) pattern.erase(0, 1);
  const bool at_end = pattern.ends_with('*');
  if (at_end) pattern.pop_back();
  if (at_start && at_end) return text.find(pattern) != std::string::npos;
  if (at_start) return text.ends_with(pattern);
  return at_end ? text.starts_with(pattern) : text == pattern;
}

void refuse(Test& test, std::string_view why) {
  test.refusal =
      fmt::format("Catch2 cannot be told to run '{}' alone: {}; rename it", test.name, why);
}

// To Catch2, names are the same without case and outer spaces.
using Others = std::unordered_map<std::string, std::vector<const Test*>>;

// The others that the name takes along are excluded by their names. Only one with a star at an end
// takes along any of another name.
void select_by_name(const std::vector<Test>& tests, const Others& same, Test& test) {
  const std::string& name = test.raw_name;
  if (name.starts_with("exclude:")) return refuse(test, "'exclude:' begins an exclusion");
  std::string specification = quoted(name);
  const auto exclude = [&](const Test& other) {
    if (&other == &test || !takes(name, other.raw_name)) return true;
    if (takes(other.raw_name, name)) {
      refuse(test, fmt::format("its name is that of '{}' to Catch2", other.name));
      return false;
    }
    specification += '~' + quoted(other.raw_name);
    return true;
  };
  const std::string plain = trimmed(name);
  if (plain.starts_with('*') || plain.ends_with('*')) {
    if (!std::ranges::all_of(tests, exclude)) return;
  } else {
    const auto& likes = same.at(lower(plain));
    if (!std::ranges::all_of(likes, [&](const Test* other) { return exclude(*other); })) return;
  }
  test.arguments = {specification};
  test.is_asked_by_name = true;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.size() > 1 && line.starts_with("\"#") && line.ends_with('"'))
      line = line.substr(1, line.size() - 2);
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

class Catch2 final : public Kind {
 public:
  std::string_view name() const override { return "catch2"; }
  bool answers_so(std::string_view help) const override {
    return help.find("Catch v2") != std::string_view::npos ||
           help.find("Catch2 v") != std::string_view::npos;
  }

  Result<std::vector<Test>> list(const Ask& ask) const override {
    const auto by_default = names(ask, {});
    if (!by_default) return std::unexpected(by_default.error());
    const auto all = names(ask, {"*"});
    if (!all) return std::unexpected(all.error());
    const std::unordered_set<std::string> shown(by_default->begin(), by_default->end());
    std::vector<Test> tests;
    for (const std::string& name : *all) {
      Test test;
      test.name = printable(name);
      test.raw_name = name;
      test.report_name = trimmed(name);
      test.disabled = !shown.contains(name);
      tests.push_back(std::move(test));
    }
    Others same;
    for (const Test& test : tests) same[lower(trimmed(test.raw_name))].push_back(&test);
    for (Test& test : tests) select_by_name(tests, same, test);
    return tests;
  }

  std::vector<std::string> report_arguments(std::span<const std::string> paths) const override {
    return {"--reporter", "xml", "--out", paths[0]};
  }

  FrameworkReport read(std::span<const std::string> reports) const override {
    FrameworkReport told;
    pugi::xml_document document;
    told.whole = load_xml(reports[0], document);
    for (const auto& found : document.select_nodes("//TestCase"))
      told.ran.push_back(read_one(found.node()));
    return told;
  }

  bool is_success(int status, ReportedResult said) const override {
    return status == 0 || (said == ReportedResult::kSkipped && status == kAllSkipped);
  }

 private:
  // Version 3 lists as XML, by its reporter; version 2 has names alone, a line each, and exits with
  // their number.
  static Result<std::vector<std::string>> names(const Ask& ask, std::vector<std::string> which) {
    const std::vector<std::string> specification = which;
    which.insert(which.end(), {"--list-tests", "--reporter", "xml", "--out", report_path(0)});
    const auto answer = ask(which);
    if (!answer) return std::unexpected(answer.error());
    std::vector<std::string> names;
    pugi::xml_document document;
    if (load_xml(answer->reports[0], document)) {
      for (const auto& found : document.select_nodes("//TestCase/Name"))
        names.emplace_back(found.node().text().get());
      return names;
    }
    std::vector<std::string> older = specification;
    older.emplace_back("--list-test-names-only");
    const auto plain = ask(older);
    if (!plain) return std::unexpected(plain.error());
    names = lines_of(plain->out);
    // Some versions of it end with 255 for more, others with what is left of the number in a byte.
    const auto count = static_cast<int>(std::min<std::size_t>(names.size(), 255));
    if (plain->status == count || plain->status == static_cast<int>(names.size() % 256))
      return names;
    return std::unexpected(Error{
        fmt::format("read its list of tests: it printed {} lines and ended with status {}, which "
                    "counts the tests",
                    names.size(), plain->status),
        0, "keep its main() from printing, and test names to one line"});
  }

  static ReportedTest read_one(const pugi::xml_node& one) {
    ReportedTest ran;
    ran.report_name = trimmed(one.attribute("name").value());
    const auto overall = one.child("OverallResult");
    const bool skipped = overall.attribute("skips").as_int() > 0;
    ran.said = !overall.attribute("success").as_bool() ? ReportedResult::kFailed
               : skipped                               ? ReportedResult::kSkipped
                                                       : ReportedResult::kPassed;
    for (const auto& found : one.select_nodes(".//Expression | .//Failure | .//Exception | "
                                              ".//FatalErrorCondition | .//Skip"))
      ran.message += words_of(found.node());
    for (const char* stream : {"StdOut", "StdErr"}) {
      const std::string text = trimmed(overall.child(stream).text().get());
      if (!text.empty()) ran.message += fmt::format("{}:\n{}\n", stream, text);
    }
    return ran;
  }

  static std::string words_of(const pugi::xml_node& part) {
    const std::string place = place_of(part, "filename", "line");
    if (std::string_view(part.name()) != "Expression")
      return fmt::format("{}{}: {}\n", place, part.name(), trimmed(part.text().get()));
    if (part.attribute("success").as_bool()) return "";
    return fmt::format("{}FAILED:\n  {}( {} )\nwith expansion:\n  {}\n", place,
                       part.attribute("type").value(), trimmed(part.child_value("Original")),
                       trimmed(part.child_value("Expanded")));
  }
};

}  // namespace

std::unique_ptr<Kind> make_catch2() { return std::make_unique<Catch2>(); }

}  // namespace cloister::command
