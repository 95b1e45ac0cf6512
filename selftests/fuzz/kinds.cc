// What test binaries write when cloister run asks them for their tests, and as their reports. The
// first byte chooses: a framework with a list or a report of any text, or a report of GoogleTest or
// a tree of Boost.Test made from the rest, which must come out as it went in.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/command/kinds/kind.h"
#include "adapters/command/kinds/xml.h"
#include "framework/config/test_pattern.h"
#include "selftests/fuzz/oracle.h"

namespace cloister::command {
namespace {

using fuzz::contains;
using fuzz::require;

Answer answer_of(const std::string& text) {
  Answer answer{0, text, text, {text, text}};
  answer.status = static_cast<int>(std::ranges::count(text, '\n') % 256);
  return answer;
}

// How GoogleTest takes what it is told: the test is among those of its filter, and its shard is
// one of theirs.
void check_googletest(const std::vector<Test>& tests, const Test& test) {
  const std::string filter = test.arguments[0].substr(std::string_view("--gtest_filter=").size());
  const TestPattern pattern(filter);
  std::vector<const Test*> taken;
  for (const Test& other : tests) {
    const std::string& name = other.raw_name.empty() ? other.report_name : other.raw_name;
    if (pattern.matches(name) && (!other.disabled || test.disabled)) taken.push_back(&other);
  }
  std::size_t index = 0;
  if (!test.environment.empty()) {
    require(test.environment[0] == fmt::format("GTEST_TOTAL_SHARDS={}", taken.size()),
            "there are as many shards as tests", test.environment[0]);
    const std::string shard =
        test.environment[1].substr(std::string_view("GTEST_SHARD_INDEX=").size());
    index = parse_count(shard, taken.size()).value_or(taken.size());
  }
  require(index < taken.size() && taken[index] == &test, "a test is run by what selects it",
          test.name);
}

void check_list(const Kind& kind, const std::string& text) {
  const auto tests = kind.list([&](const auto&) -> Result<Answer> { return answer_of(text); });
  if (!tests) {
    require(contains(tests.error().text(), "list of tests"), "an error is a sentence",
            tests.error().text());
    return;
  }
  require(tests->size() <= text.size(), "there are no more tests than bytes");
  for (const Test& test : *tests) {
    require(!test.arguments.empty() || !test.refusal.empty(), "a test is run or refused",
            test.name);
    if (kind.name() == "googletest") check_googletest(*tests, test);
  }
}

void check_report(const Kind& kind, const std::string& text) {
  const std::vector<std::string> reports{text, text};
  FrameworkReport told = kind.read(reports);
  kind.look_beside(text, told);
  Test test;
  test.report_name = "Suite.Test";
  if (const auto printed = kind.read_console(test, text))
    require(printed->ran.size() == 1, "what is printed is evidence of one test");
  pugi::xml_document document;
  require(!told.whole || load_xml(text, document), "a whole report is one XML document");
  require(told.ran.size() <= text.size(), "no more tests ran than there are bytes");
}

std::string in_xml(std::string_view text) {
  std::string quoted;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    quoted += std::string_view("&<>\"'").contains(c) || byte < 32 ? fmt::format("&#x{:X};", byte)
                                                                  : std::string(1, c);
  }
  return quoted;
}

// Each line is a suite, a test, how it ended and its message.
void check_googletest_report(std::string_view input) {
  std::string report = "<testsuites>";
  std::vector<ReportedTest> expected;
  std::size_t beside = 0;
  for (const std::string& line : fuzz::split(input, '\n')) {
    auto fields = fuzz::split(line, ',');
    fields.resize(4);
    if (std::ranges::any_of(fields, [](auto& f) { return f.find('\0') != f.npos; })) continue;
    const ReportedResult said = fields[2] == "f"   ? ReportedResult::kFailed
                                : fields[2] == "s" ? ReportedResult::kSkipped
                                                   : ReportedResult::kPassed;
    report += fmt::format(
        "<testsuite><testcase classname=\"{}\" name=\"{}\" status=\"run\" result=\"{}\">",
        in_xml(fields[0]), in_xml(fields[1]),
        said == ReportedResult::kSkipped ? "skipped" : "completed");
    ReportedTest ran{fields[0] + "." + fields[1], said, ""};
    if (said != ReportedResult::kPassed) {
      report +=
          fmt::format("<{} message=\"{}\"/>",
                      said == ReportedResult::kFailed ? "failure" : "skipped", in_xml(fields[3]));
      ran.message = trimmed(fields[3]) + "\n";
    }
    report += "</testcase></testsuite>";
    // A failure without any name is no test's.
    if (said == ReportedResult::kFailed && ran.report_name == ".") {
      ++beside;
    } else {
      expected.push_back(std::move(ran));
    }
  }
  report += "</testsuites>";
  const FrameworkReport told = make_googletest()->read(std::vector<std::string>{report, ""});
  require(told.whole && told.ran.size() == expected.size() && told.beside.size() == beside,
          "a report is read to its end", report);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    require(told.ran[i].report_name == expected[i].report_name &&
                told.ran[i].said == expected[i].said && told.ran[i].message == expected[i].message,
            "a test comes out of a report as it went in", expected[i].report_name);
  }
}

// '(' opens a suite, ')' closes one, everything else is a test: each by the letter of its name.
void check_boost_tree(std::string_view input) {
  std::string tree = "digraph G {\n{\n";
  std::vector<std::string> expected;
  std::vector<std::string> above{""};
  const auto unit = [](std::string_view name) {
    return fmt::format("tu1[shape=Mrecord,color=green,label=\"{}|file.cc(1)\"];\ntu1 -> tu2;\n",
                       name);
  };
  for (const char c : input.substr(0, 200)) {
    const std::string name = fmt::format("n{}", static_cast<unsigned char>(c) % 8);
    if (c == '(') {
      tree += unit(name) + "{\n";
      above.push_back(above.back() + name + "/");
    } else if (c == ')' && above.size() > 1) {
      tree += "}\n";
      above.pop_back();
    } else if (c != ')') {
      tree += unit(name);
      expected.push_back(above.back() + name);
    }
  }
  for (std::size_t i = 0; i < above.size(); ++i) tree += "}\n";
  const auto tests = make_boost_test()->list(
      [&](const auto&) -> Result<Answer> { return Answer{0, "", tree, {"", ""}}; });
  require(tests && tests->size() == expected.size(), "every test of a tree is found", tree);
  for (std::size_t i = 0; i < expected.size(); ++i)
    require((*tests)[i].name == expected[i], "a test has the name of its place", expected[i]);
}

}  // namespace
}  // namespace cloister::command

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cloister;
  using namespace cloister::command;
  std::string_view input = fuzz::text_of(data, size);
  const std::size_t which = fuzz::take_byte(input) % 10;
  if (which < 4) {
    check_list(*kinds()[which], std::string(input));
  } else if (which < 8) {
    check_report(*kinds()[which - 4], std::string(input));
  } else if (which == 8) {
    check_googletest_report(input);
  } else {
    check_boost_tree(input);
  }
  return 0;
}
