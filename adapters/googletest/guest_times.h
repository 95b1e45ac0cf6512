// The times of tests as GoogleTest measured them in guests. In the keeper it measured replays. Used
// by the keeper.
#pragma once

#include <gtest/gtest.h>

#include "adapters/googletest/messages.h"

namespace cloister::googletest {

class GuestTimes {
 public:
  // Of a test that has been replayed.
  void take(const Record& record, const testing::TestInfo& test);
  // To the result of the test or the suite that ends.
  void give_to(const testing::TestInfo& test);
  void give_to(const testing::TestSuite& suite);

 private:
  Times test_;
  testing::TimeInMillis suite_ = 0;
};

}  // namespace cloister::googletest
