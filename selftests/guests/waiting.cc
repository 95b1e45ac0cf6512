// Guests that wait to be ended from outside, and one that ends by itself after a second in which it
// could run.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

TEST(DISABLED_Passes, AfterASecondOfRunning) {
  for (int look = 0; look < 100; ++look) usleep(10'000);
}
TEST(DISABLED_Passes, AtOnce) {}

class Waits : public testing::TestWithParam<int> {};
TEST_P(Waits, WithAChild) {
  if (fork() == 0) sleep(600);
  sleep(600);
}
INSTANTIATE_TEST_SUITE_P(Many, Waits, testing::Range(0, 4));
