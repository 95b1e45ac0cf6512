// Guests that wait to be ended from outside.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

class Waits : public testing::TestWithParam<int> {};
TEST_P(Waits, WithAChild) {
  if (fork() == 0) sleep(600);
  sleep(600);
}
INSTANTIATE_TEST_SUITE_P(Many, Waits, testing::Range(0, 4));
