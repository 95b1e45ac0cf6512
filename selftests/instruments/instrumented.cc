// A program with a fault for each sanitizer and code for coverage to count. Built once per
// instrument, against a Cloister that is built without it.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <thread>

#include <cloister/gtest.h>

namespace {

volatile int sink = 0;

TEST(Fine, First) { EXPECT_EQ(sink, 0); }
TEST(Fine, Second) { EXPECT_EQ(sink, 0); }

TEST(Memory, IsUsedAfterItIsFreed) {
  auto* volatile number = new int(7);
  delete number;
  sink = *number;
}
TEST(Memory, Leaks) {
  // Through an unrelated call, so that no register keeps the pointer.
  static void* volatile lost = nullptr;
  lost = malloc(1234);
  lost = nullptr;
}
TEST(Arithmetic, Overflows) {
  volatile int number = std::numeric_limits<int>::max();
  number = number + 1;
  sink = number;
}
TEST(Threads, Race) {
  static int number = 0;
  std::thread one([] { ++number; });
  std::thread other([] { ++number; });
  one.join();
  other.join();
  sink = number;
}
TEST(Threads, MayStart) {
  int number = 0;
  std::thread([&] { number = 1; }).join();
  EXPECT_EQ(number, 1);
}

TEST(Waits, DISABLED_ForEver) { pause(); }

int branch(int number) {
  int odd = 0;
  for (int i = 0; i < number; ++i) {
    if (i % 2 == 1) ++odd;
  }
  return odd;
}
class Covered : public testing::TestWithParam<int> {};
TEST_P(Covered, Loops) {
  EXPECT_EQ(branch(GetParam()), GetParam() / 2);
  if (GetParam() == 5) GTEST_SKIP();
  if (GetParam() == 7) FAIL();
}
INSTANTIATE_TEST_SUITE_P(Numbers, Covered, testing::Range(0, 8));

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  branch(100);
  // A thread that exists before the run, where one is asked for.
  if (getenv("GUEST_THREAD") != nullptr) {
    static std::atomic<bool> runs{false};
    std::thread([] {
      runs = true;
      while (true) std::this_thread::sleep_for(std::chrono::seconds(1));
    }).detach();
    // g++ 12's sanitizers may hold a lock while a thread begins, which a fork would keep for ever.
    while (!runs) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return cloister::run_all_tests();
}
