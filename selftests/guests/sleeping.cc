// Guests that need time and no processor, and others that need a processor; each records when it
// ran.
#include <gtest/gtest.h>
#include <time.h>
#include <unistd.h>

#include <string>

namespace {

long microseconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time.tv_sec * 1'000'000 + time.tv_nsec / 1000;
}

class Recorded : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    RecordProperty("began", std::to_string(microseconds(CLOCK_MONOTONIC)));
    RecordProperty("pid", std::to_string(getpid()));
  }
  void TearDown() override {
    RecordProperty("ended", std::to_string(microseconds(CLOCK_MONOTONIC)));
  }
};

class Sleeps : public Recorded {};
TEST_P(Sleeps, ForAFifthOfASecond) { usleep(200'000); }
INSTANTIATE_TEST_SUITE_P(Many, Sleeps, testing::Range(0, 200));

class Spins : public Recorded {};
TEST_P(Spins, ForAFiftiethOfASecondOfAProcessor) {
  while (microseconds(CLOCK_PROCESS_CPUTIME_ID) < 20'000) {
  }
}
INSTANTIATE_TEST_SUITE_P(Many, Spins, testing::Range(0, 400));

}  // namespace
