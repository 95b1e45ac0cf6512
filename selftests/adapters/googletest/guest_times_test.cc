#include "adapters/googletest/guest_times.h"

#include <gtest/gtest.h>

#include "selftests/adapters/googletest/made_up_record.h"

namespace cloister::googletest {
namespace {

class GuestTimesOfATest : public testing::Test {
 protected:
  void take(testing::TimeInMillis elapsed, testing::TimeInMillis start) {
    MadeUp life;
    life.with().times = {elapsed, start};
    life.with().cell.usage.wall = std::chrono::milliseconds(77);
    times.take(*life.record(), this_test());
  }
  static testing::TimeInMillis elapsed() { return this_test().result()->elapsed_time(); }
  static testing::TimeInMillis start() { return this_test().result()->start_timestamp(); }

  GuestTimes times;
};

TEST_F(GuestTimesOfATest, TakeThePlaceOfTheKeepers) {
  take(4200, 17);
  times.give_to(this_test());
  EXPECT_EQ(elapsed(), 4200);
  EXPECT_EQ(start(), 17);
}

TEST_F(GuestTimesOfATest, AreThoseOfItsCellWhereItDidNotEnd) {
  const testing::TimeInMillis begun = start();
  take(0, 0);
  times.give_to(this_test());
  EXPECT_EQ(elapsed(), 77);
  EXPECT_EQ(start(), begun);
}

TEST_F(GuestTimesOfATest, AreGivenOnce) {
  take(4200, 17);
  times.give_to(this_test());
  take(1, 18);
  times.give_to(this_test());
  times.give_to(this_test());
  EXPECT_EQ(elapsed(), 1);
}

TEST_F(GuestTimesOfATest, AreAddedUpForItsSuite) {
  const testing::TestSuite& suite = *testing::UnitTest::GetInstance()->current_test_suite();
  for (const testing::TimeInMillis elapsed : {4000, 200}) {
    take(elapsed, 17);
    times.give_to(this_test());
  }
  times.give_to(suite);
  EXPECT_EQ(suite.elapsed_time(), 4200);
  times.give_to(suite);
  EXPECT_EQ(suite.elapsed_time(), 0);
}

}  // namespace
}  // namespace cloister::googletest
