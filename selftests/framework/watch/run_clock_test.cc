#include "framework/watch/run_clock.h"

#include <gtest/gtest.h>

namespace cloister {
namespace {

using namespace std::chrono_literals;

class RunClockTest : public testing::Test {
 protected:
  Clock::time_point real_{1000s};
  RunClock clock_{[this] { return real_; }};
};

TEST_F(RunClockTest, GoesWithTheRealOne) {
  const auto before = clock_.now();
  real_ += 3s;
  EXPECT_EQ(clock_.now() - before, 3s);
}

TEST_F(RunClockTest, StandsStillWhileStopped) {
  clock_.stop();
  const auto before = clock_.now();
  real_ += 3s;
  EXPECT_EQ(clock_.now(), before);
}

TEST_F(RunClockTest, GoesOnWhereItStopped) {
  clock_.stop();
  const auto before = clock_.now();
  real_ += 3s;
  clock_.go_on();
  real_ += 1s;
  EXPECT_EQ(clock_.now() - before, 1s);
}

TEST_F(RunClockTest, AddsUpSeveralStops) {
  const auto before = clock_.now();
  for (int i = 0; i < 3; ++i) {
    clock_.stop();
    real_ += 10s;
    clock_.go_on();
    real_ += 1s;
  }
  EXPECT_EQ(clock_.now() - before, 3s);
}

TEST_F(RunClockTest, ASecondStopIsNone) {
  clock_.stop();
  const auto before = clock_.now();
  real_ += 3s;
  clock_.stop();
  real_ += 3s;
  clock_.go_on();
  EXPECT_EQ(clock_.now(), before);
}

TEST_F(RunClockTest, GoingOnWithoutAStopIsNothing) {
  real_ += 3s;
  const auto before = clock_.now();
  clock_.go_on();
  EXPECT_EQ(clock_.now(), before);
  EXPECT_FALSE(clock_.is_stopped());
}

}  // namespace
}  // namespace cloister
