// `cloister run` as the selftests use it: its exit status, and its lines by the test they are of.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {

inline std::string cloister_command() {
  const std::string beside = tool("cloister");
  return std::filesystem::exists(beside) ? beside : CLOISTER_COMMAND;
}

inline Program cloister_run(const std::vector<std::string>& words) {
  Program program{{cloister_command(), "run"}};
  program.command.insert(program.command.end(), words.begin(), words.end());
  return program;
}

struct Results {
  Ended ended;
  std::map<std::string, std::string> verdicts;  // of each test: "PASS"
};

// The verdict lines are those before the summary.
inline Results results_of(const Program& program) {
  static const std::regex kLine(R"( *([A-Z]+) +[0-9.]+ s  (\S+) +(.*))");
  Results results{run(program), {}};
  std::istringstream lines(results.ended.out);
  for (std::string line; std::getline(lines, line) && !line.starts_with("summary");) {
    std::smatch match;
    if (std::regex_match(line, match, kLine)) results.verdicts[match[3]] = match[1];
  }
  return results;
}

inline Results run_tests(const std::vector<std::string>& words) {
  return results_of(cloister_run(words));
}

}  // namespace cloister::selftests
