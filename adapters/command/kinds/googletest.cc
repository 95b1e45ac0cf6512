// GoogleTest 1.10 and newer: its lists and reports as XML, which says every name exactly.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <deque>
#include <sstream>
#include <unordered_map>

#include "adapters/command/kinds/googletest_console.h"
#include "adapters/command/kinds/kind.h"
#include "adapters/command/kinds/xml.h"
#include "framework/report/words.h"

namespace cloister::command {
namespace {

// What means something else in a filter, and what XML cannot say: GoogleTest leaves it out there.
bool is_plain(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f &&
           std::string_view("*?-:").find(c) == std::string_view::npos;
  });
}

// The list for people has each test as it is, in a line of its own: "  Test". XML leaves out what
// it cannot say.
class NamesAsTheyAre {
 public:
  explicit NamesAsTheyAre(const std::string& list) {
    std::istringstream in(list);
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with("  ")) continue;
      std::string name = line.substr(2, line.find("  # ") - 2);
      std::string in_xml = name;
      std::erase_if(in_xml, [](unsigned char c) { return c < 0x20 && c != '\t' && c != '\r'; });
      names_[std::move(in_xml)].push_back(std::move(name));
    }
  }
  // Of tests that are the same in XML, the next one. Empty where the list does not have it so.
  std::string next(const std::string& in_xml) {
    const auto found = names_.find(in_xml);
    if (found == names_.end() || found->second.empty()) return "";
    std::string name = std::move(found->second.front());
    found->second.pop_front();
    return name;
  }

 private:
  std::unordered_map<std::string, std::deque<std::string>> names_;
};

// By its name where a filter can tell it from all others. Else by its place: a shard of one test,
// for GoogleTest numbers the tests that it would run in the order of its list.
void select(std::vector<Test>& tests) {
  std::unordered_map<std::string, int> count;
  for (const Test& test : tests) ++count[test.report_name];
  const auto enabled = static_cast<std::size_t>(std::ranges::count(tests, false, &Test::disabled));
  std::size_t all_before = 0;
  std::size_t enabled_before = 0;
  for (Test& test : tests) {
    const std::string& name = test.report_name;
    if (is_plain(name) && test.raw_name == name && count[name] == 1) {
      test.arguments = {"--gtest_filter=" + name};
    } else {
      test.arguments = {"--gtest_filter=*"};
      test.environment = {
          fmt::format("GTEST_TOTAL_SHARDS={}", test.disabled ? tests.size() : enabled),
          fmt::format("GTEST_SHARD_INDEX={}", test.disabled ? all_before : enabled_before)};
    }
    if (test.disabled) test.arguments.emplace_back("--gtest_also_run_disabled_tests");
    ++all_before;
    enabled_before += test.disabled ? 0 : 1;
  }
}

// One that GoogleTest has not begun has the time stamp 0, in the zone of the machine.
bool has_begun(std::string_view timestamp) {
  return timestamp.empty() || !(timestamp.starts_with("1970-") || timestamp.starts_with("1969-"));
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
    NamesAsTheyAre names(answer->out);
    std::vector<Test> tests;
    for (const auto& suite : document.document_element().children("testsuite")) {
      for (const auto& one : suite.children("testcase")) {
        Test test;
        const std::string_view suite_name = suite.attribute("name").value();
        const std::string_view test_name = one.attribute("name").value();
        test.report_name = fmt::format("{}.{}", suite_name, test_name);
        const std::string as_it_is = names.next(std::string(test_name));
        if (!as_it_is.empty()) test.raw_name = fmt::format("{}.{}", suite_name, as_it_is);
        test.name = printable(as_it_is.empty() ? test.report_name : test.raw_name);
        test.disabled = is_disabled(suite_name, test_name);
        tests.push_back(std::move(test));
      }
    }
    select(tests);
    return tests;
  }

  std::optional<Test> named(std::string_view name) const override {
    const std::size_t dot = name.find('.');
    if (!is_plain(name) || printable(name) != name || dot == name.npos ||
        is_disabled(name.substr(0, dot), name.substr(dot + 1)))
      return std::nullopt;
    const std::string text(name);
    return Test{.name = text,
                .raw_name = text,
                .report_name = text,
                .arguments = {"--gtest_filter=" + text}};
  }

  std::vector<std::string> report_arguments(std::span<const std::string> paths) const override {
    return {"--gtest_output=xml:" + paths[0]};
  }

  FrameworkReport read(std::span<const std::string> reports) const override {
    FrameworkReport told;
    pugi::xml_document document;
    told.whole = load_xml(reports[0], document);
    for (const auto& suite : document.document_element().children("testsuite")) {
      for (const auto& one : suite.children("testcase")) {
        // Failures of an environment or a suite stand here as a test without any name.
        if (one.child("failure") && std::string_view(one.attribute("name").value()).empty() &&
            std::string_view(one.attribute("classname").value()).empty()) {
          told.beside.push_back(beside_words(suite.attribute("name").value(), messages_of(one)));
        } else if (std::string_view(one.attribute("status").value()) == "run") {
          told.ran.push_back(read_one(one));
        }
      }
    }
    return told;
  }

  void look_beside(std::string_view out, FrameworkReport& told) const override {
    const ConsoleOfGoogleTest console(out);
    for (ReportedTest& ran : told.ran) {
      if (ran.said != ReportedResult::kNotBegun) continue;
      // On a machine whose clock stands at the beginning of its time, too.
      if (console.began(ran.report_name)) ran.said = ReportedResult::kPassed;
      if (told.beside.empty()) ran.message = console.skip_words();
    }
    // Versions before 1.13 do not report failures of suites.
    const std::string suite = console.failed_suite();
    const auto is_its = [&](const std::string& words) { return words.starts_with(suite + ": "); };
    if (!suite.empty() && std::ranges::none_of(told.beside, is_its))
      told.beside.push_back(beside_words(suite, console.failures_of_suite()));
  }

  // It writes the report after all else but its last lines, and aborts where it cannot open it.
  bool died_of_its_report(const Test& test, int signal, std::string_view out,
                          std::string_view err) const override {
    const bool unopened = signal == SIGABRT && err.contains("Unable to open file \"");
    return (unopened || signal == SIGXFSZ) &&
           ConsoleOfGoogleTest(out).passed_and_came_to_its_end(test.report_name);
  }

  std::optional<FrameworkReport> read_console(const Test& test,
                                              std::string_view out) const override {
    const ConsoleOfGoogleTest console(out);
    FrameworkReport told{true, {{test.report_name, ReportedResult::kPassed, ""}}, {}};
    ReportedTest& ran = told.ran.front();
    const bool passed = console.passed(test.report_name);
    // It leaves its loop, and writes no report, for an exception outside all tests.
    if (const std::string thrown = console.thrown_outside(); !thrown.empty()) {
      if (!passed && console.began(test.report_name)) return std::nullopt;
      if (!passed) ran.said = ReportedResult::kNotBegun;
      told.beside.push_back(beside_words("NonTestSuiteFailure", thrown));
      return told;
    }
    if (!passed) ran.said = ReportedResult::kSkipped;
    if (!console.summed_up(test.report_name)) return std::nullopt;
    return told;
  }

 private:
  static std::string beside_words(std::string_view suite, const std::string& messages) {
    return suite == "NonTestSuiteFailure"
               ? "outside of all suites:\n" + messages
               : fmt::format("{}: SetUpTestSuite or TearDownTestSuite:\n{}", suite, messages);
  }
  static std::string messages_of(const pugi::xml_node& one) {
    std::string messages;
    for (const auto& part : one.children()) {
      const std::string_view kind = part.name();
      if (kind == "failure" || kind == "skipped")
        messages += trimmed(part.attribute("message").value()) + "\n";
    }
    return messages;
  }
  static ReportedTest read_one(const pugi::xml_node& one) {
    ReportedTest ran{
        fmt::format("{}.{}", one.attribute("classname").value(), one.attribute("name").value()),
        ReportedResult::kPassed, messages_of(one)};
    if (one.child("failure")) {
      ran.said = ReportedResult::kFailed;
    } else if (std::string_view(one.attribute("result").value()) == "skipped") {
      ran.said = ReportedResult::kSkipped;
    } else if (!has_begun(one.attribute("timestamp").value())) {
      ran.said = ReportedResult::kNotBegun;
    }
    return ran;
  }
};

}  // namespace

std::unique_ptr<Kind> make_googletest() { return std::make_unique<GoogleTest>(); }

}  // namespace cloister::command
