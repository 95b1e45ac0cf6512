// What `cloister run` prints, on stdout unless that has another use: a line per test, with what
// went wrong below it, and one summary. Knows nothing of how tests are run.
#pragma once

#include <stdio.h>

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "adapters/command/run/attempt.h"

namespace cloister::command {

class Console {
 public:
  Console(const std::vector<Selected>& tests, bool colour, FILE* to);

  void started(std::uint32_t test);
  void ended(const Attempt& attempt);
  void failed_beside(const Binary& binary, const std::string& words);
  // Prints the tests that were running when the run was interrupted.
  void interrupted();
  void summary(std::chrono::milliseconds wall, bool interrupted) const;

  // Tests that ended badly, and failures that belong to no test.
  std::size_t bad() const { return bad_.size(); }
  std::size_t count(Verdict verdict) const;

 private:
  std::string line(const Attempt& attempt) const;
  std::string coloured(Verdict verdict) const;

  const std::vector<Selected>& tests_;
  bool colour_;
  FILE* to_;
  std::size_t widest_binary_ = 0;
  std::set<std::uint32_t> running_;
  std::map<Verdict, std::size_t> counts_;
  std::vector<std::string> bad_;  // their lines, repeated in the summary
  std::size_t beside_ = 0;        // of them
};

}  // namespace cloister::command
