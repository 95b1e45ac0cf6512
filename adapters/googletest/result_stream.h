// For `cloister run`, which starts this program: the result of each test as soon as it is known, on
// the descriptor that CLOISTER_RESULTS_FD names. Called by the keeper. Read by
// adapters/command/run/linked.cc.
#pragma once

#include <gtest/gtest.h>

#include <cloister/report.h>

#include "framework/kernel/fd.h"

namespace cloister::googletest {

class ResultStream {
 public:
  // A message is its length as 32 bits, a name, one of these, words, an encoded report.
  enum class Result : std::uint8_t { kPassed, kFailed, kSkipped, kNotBegun, kBeside };
  // Nothing is sent where the variable is not set. It is removed: what tests start is not meant.
  static ResultStream from_environment();
  static bool is_asked_for();  // before that
  // A test that GoogleTest has come to.
  void put(const testing::TestInfo& test, const CellReport& cell,
           const std::vector<std::string>& notes) const;
  // One that it has not come to, although it was selected: what its environments say is why.
  void put_not_begun(const testing::TestInfo& test) const;
  // The failures that are no test's: those of the suite, or of the program where there is none.
  void put_beside(const testing::TestResult& result, const testing::TestSuite* suite) const;
  int descriptor() const { return fd_.get(); }

 private:
  void send(const std::string& name, Result result, const std::string& words,
            const CellReport& cell) const;
  Fd fd_;
};

}  // namespace cloister::googletest
