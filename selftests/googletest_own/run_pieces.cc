#include "selftests/googletest_own/run_pieces.h"

#include <string.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

namespace googletest_own {
namespace {

using Json = nlohmann::json;

constexpr const char* kOutside = "(outside tests)";
constexpr const char* kSummary = "(summary)";
constexpr const char* kOrder = "(order of tests)";

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at))
    text.replace(at, from.size(), to);
}

std::string normalized_line(std::string line, const Surroundings& surroundings) {
  struct Rule {
    const char* sign;  // the pattern matches no line without it: a regex is slow
    std::regex pattern;
    const char* replacement;
  };
  static const Rule rules[] = {
      {" ms", std::regex(R"(\(\d+ ms)"), "(N ms"},
      {"time", std::regex(R"re((time|timestamp)="[^"]*")re"), "$1=\"T\""},  // XML
      {"0x", std::regex(R"(0x[0-9a-f]{6,})"), "0xADDRESS"},
      // gmock prints them in the order of the expectations' addresses.
      {"requisite", std::regex(R"(:\d+: pre-requisite #)"), ":N: pre-requisite #"},
  };
  replace_all(line, surroundings.program_folder, "FOLDER");
  replace_all(line, surroundings.place + "/tmp/", "/tmp/");
  replace_all(line, surroundings.place, "PLACE");
  for (const Rule& rule : rules) {
    if (line.find(rule.sign) != std::string::npos)
      line = std::regex_replace(line, rule.pattern, rule.replacement);
  }
  return line;
}

// What only one of the two mains says, and no test.
bool is_of_main(const std::string& line) {
  return line.starts_with("Running main() from ") ||  // gtest_main's and gmock_main's greeting
         line.starts_with("cloister: note: no ");     // a facility that this host lacks
}

std::string normalized(const std::string& text, const Surroundings& surroundings) {
  std::string result;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (is_of_main(line)) continue;
    result += normalized_line(line, surroundings);
    if (!in.eof()) result += '\n';
  }
  return result;
}

// "Foo.Bar, where GetParam() = 1 (2 ms)" begins with the name of a test.
std::string test_name_in(const std::string& line, std::size_t from) {
  return line.substr(from, line.find_first_of(", \n", from) - from);
}

constexpr std::size_t kTagLength = sizeof("[ RUN      ] ") - 1;

bool is_result(const std::string& line) {
  return line.starts_with("[       OK ] ") || line.starts_with("[  FAILED  ] ") ||
         line.starts_with("[  SKIPPED ] ");
}

bool is_of_summary(const std::string& line) {
  static const std::regex count(R"( *\d+ FAILED TESTS?( SUITES?)?)");
  return line.empty() || is_result(line) || line.starts_with("[  PASSED  ] ") ||
         std::regex_match(line, count);
}

std::string suite_piece(const std::string& suite) { return "(suite " + suite + ")"; }

// Cuts the text of GoogleTest's own printer. The text of any other printer is all outside.
class Console {
 public:
  Console(bool racing, Pieces& pieces) : racing_(racing), pieces_(pieces) {}

  // `line` ends as it was printed, `bare` does not have the end of line.
  void add(const std::string& line, const std::string& bare) {
    if (bare.starts_with("[ RUN      ] ")) {
      test_ = test_name_in(bare, kTagLength);
      pieces_[kOrder] += test_ + "\n";
    }
    if (!test_.empty()) {
      const bool is_end = is_result(bare) && test_name_in(bare, kTagLength) == test_;
      if (!racing_ || is_end) pieces_[test_ + kTextOf] += line;
      if (is_end) test_.clear();
    } else {
      pieces_[piece_outside_tests(bare)] += line;
    }
  }

 private:
  std::string piece_outside_tests(const std::string& bare) {
    if (bare.starts_with("[----------] ")) {
      const std::size_t from = bare.find(" from ");  // "2 tests from FooTest (1 ms total)"
      around_ = from == std::string::npos
                    ? kOutside
                    : suite_piece(test_name_in(bare, from + strlen(" from ")));
    } else if (bare.starts_with("[==========] ")) {
      around_ = bare.find(" ran.") == std::string::npos ? kOutside : kSummary;
      return kOutside;
    } else if (is_result(bare)) {  // in the summary's list, or by itself with --gtest_brief
      const std::string text_piece = test_name_in(bare, kTagLength) + kTextOf;
      if (pieces_.count(text_piece) != 0) return text_piece;
    }
    if (around_ != kSummary) return around_;
    // An empty line after other words is the end of them: newer GoogleTests end a failure so.
    in_words_ = !is_of_summary(bare) || (bare.empty() && in_words_);
    return in_words_ ? kOutside : kSummary;
  }

  bool racing_;
  Pieces& pieces_;
  std::string test_;               // the one that runs
  std::string around_ = kOutside;  // the piece for text that no test printed
  bool in_words_ = false;          // in the summary, what is none of its lines came last
};

void add_console(const std::string& text, bool racing, Pieces& pieces) {
  Console console(racing, pieces);
  std::istringstream in(text);
  for (std::string bare; std::getline(in, bare);) console.add(in.eof() ? bare : bare + "\n", bare);
}

Json parse_report(std::string text) {
  // GoogleTest 1.12 forgets this comma before failures that belong to no suite.
  replace_all(text, "    }    {\n", "    },   {\n");
  // It copies the bytes of messages, which need not be UTF-8.
  std::string ascii;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x80) {
      ascii += c;
    } else {
      ascii += "(byte " + std::to_string(static_cast<unsigned char>(c)) + ")";
    }
  }
  return Json::parse(ascii);
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// What is the same however the threads of a test run: its result and where it failed.
Json without_races(const Json& test) {
  std::vector<std::string> places;
  for (const Json& failure : test.value("failures", Json::array()))
    places.push_back(first_line(failure["failure"]));
  std::sort(places.begin(), places.end());
  return {{"result", test["result"]}, {"status", test["status"]}, {"failures", places}};
}

// Without what a clock says, and with the number of failures reduced by those of the tests below,
// so that it differs from 0 only when the report contradicts itself.
Json head_of(Json node, std::size_t failures_below) {
  for (const char* name : {"time", "timestamp", "testsuite", "testsuites"}) node.erase(name);
  if (node.contains("failures"))
    node["failures"] = node["failures"].get<int>() - static_cast<int>(failures_below);
  return node;
}

void add_report(const std::string& text, const Surroundings& surroundings, bool racing,
                Pieces& pieces) {
  const Json report = parse_report(text);
  std::size_t all_failures = 0;
  for (const Json& suite : report["testsuites"]) {
    const std::string suite_name = suite["name"];
    std::size_t failures = 0;
    for (Json test : suite["testsuite"]) {
      failures += test.contains("failures");
      // Nameless: what failed outside all tests. GoogleTest does not count it among the failures.
      const std::string name = test["name"];
      all_failures += test.contains("failures") && !name.empty();
      if (racing) test = without_races(test);
      for (const char* field : {"time", "timestamp"}) test.erase(field);
      pieces[name.empty() ? suite_piece(suite_name) : suite_name + "." + name] +=
          normalized(test.dump(1) + "\n", surroundings);
    }
    pieces[suite_piece(suite_name)] += head_of(suite, failures).dump(1) + "\n";
  }
  pieces["(program)"] = head_of(report, all_failures).dump(1) + "\n";
}

}  // namespace

Pieces pieces_of(const ProgramRun& run, const Surroundings& surroundings, bool racing) {
  Pieces pieces;
  pieces["(exit status)"] = run.ending + "\n";
  if (!racing) pieces["(stderr)"] = normalized(run.err, surroundings);
  for (const auto& [name, content] : run.files) {
    if (name == kReportFile) {
      add_report(content, surroundings, racing, pieces);
    } else {
      pieces["(file " + name + ")"] = normalized(content, surroundings);
    }
  }
  add_console(normalized(run.out, surroundings), racing, pieces);
  return pieces;
}

}  // namespace googletest_own
