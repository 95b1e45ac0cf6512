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
  // Nothing is sent where the variable is not set. It is removed: what tests start is not meant.
  static ResultStream from_environment();
  // A message: its length as 32 bits, name, result, messages, the encoded report.
  void put(const testing::TestInfo& test, const CellReport& cell) const;

 private:
  Fd fd_;
};

}  // namespace cloister::googletest
