// For `cloister run`, which starts this program: sends the result of each test as soon as it is
// known, on the descriptor that CLOISTER_RESULTS_FD names. Called by the keeper. Read by
// adapters/command/run/linked.cc.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <unordered_set>
#include <vector>

#include <cloister/report.h>

#include "framework/kernel/fd.h"

namespace cloister::googletest {

class ResultStream {
 public:
  // A message is its length as 32 bits, a name, one of these, words, an encoded report.
  enum class Result : std::uint8_t { kPassed, kFailed, kSkipped, kNotBegun, kBeside };
  // Sends nothing if the variable is not set. Removes it, so that programs of tests do not use it.
  static ResultStream from_environment();
  static bool is_asked_for();  // before that
  // An iteration of these tests begins.
  void begin(std::vector<const testing::TestInfo*> tests);
  // A test that GoogleTest has reached.
  void put(const testing::TestInfo& test, const CellReport& cell,
           const std::vector<std::string>& notes);
  // The tests of the last iteration that it has not reached. The messages of its environments say
  // why.
  void put_not_begun() const;
  // The failures that belong to no test: those of the suite, or of the program if there is none.
  void put_beside(const testing::TestResult& result, const testing::TestSuite* suite) const;
  int descriptor() const { return fd_.get(); }

 private:
  void send(const std::string& name, Result result, const std::string& words,
            const CellReport& cell) const;

  Fd fd_;
  std::vector<const testing::TestInfo*> tests_;
  std::unordered_set<const testing::TestInfo*> begun_;
};

}  // namespace cloister::googletest
