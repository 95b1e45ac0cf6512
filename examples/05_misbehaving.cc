// Shows: tests that misbehave on purpose, each in one way, among innocent ones. Without cells the
// first of them would end the run; here exactly the guilty fail, and each failure names its cause.
// check_verdicts.sh, run by CTest, holds the list of who fails of what.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <vector>

#include <cloister/gtest.h>

namespace {

using namespace cloister::literals;
using namespace std::chrono_literals;

CLOISTER_SUITE(Misbehaving, {.deadline = 30s});

// What a neighbour would find changed if the tests shared one process.
int shared = 0;

TEST(Misbehaving, InnocentComesFirst) { EXPECT_EQ(++shared, 1); }

TEST(Misbehaving, WritesThroughANullPointer) {
  shared = 1000;
  volatile int* nowhere = nullptr;
  *nowhere = shared;
}

TEST(Misbehaving, InnocentComesAfterACrash) { EXPECT_EQ(++shared, 1); }

CLOISTER_TEST(Misbehaving, LoopsForEver, {.deadline = 1s});
TEST(Misbehaving, LoopsForEver) {
  volatile bool go_on = true;
  while (go_on) {
  }
}

TEST(Misbehaving, InnocentComesAfterAnEndlessLoop) { EXPECT_EQ(++shared, 1); }

CLOISTER_TEST(Misbehaving, TakesAGibibyte, {.memory = 64_MiB});
TEST(Misbehaving, TakesAGibibyte) {
  constexpr std::size_t kMebibyte = 1 << 20;
  std::vector<std::vector<char>> taken;
  // Filling it touches each page: only touched pages count towards the cap.
  while (taken.size() < 1024) taken.emplace_back(kMebibyte, 'x');
  EXPECT_EQ(std::count(taken.back().begin(), taken.back().end(), 'x'), kMebibyte);
}

TEST(Misbehaving, InnocentComesAfterAGlutton) { EXPECT_EQ(++shared, 1); }

// Status 0 is no proof of success: the assertion below is never reached.
TEST(Misbehaving, ExitsWithStatusZero) {
  std::exit(0);
  FAIL();
}

TEST(Misbehaving, InnocentComesLast) { EXPECT_EQ(++shared, 1); }

}  // namespace
