// A leak checker of a user's: a listener that has to be in the process of the test. And listeners
// that do not behave, as GUEST_LISTENER says.
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <utility>

#include <cloister/gtest.h>

namespace {

int water = 0;  // what is leaked

TEST(Water, IsPouredAway) {
  ++water;
  --water;
}
TEST(Water, Leaks) {
  ++water;
  printf("drop\n");
}

class LeakChecker : public testing::EmptyTestEventListener {
 public:
  void OnTestProgramStart(const testing::UnitTest&) override { printf("checker starts\n"); }
  void OnTestStart(const testing::TestInfo&) override { before_ = water; }
  void OnTestEnd(const testing::TestInfo&) override { EXPECT_EQ(water, before_) << "water leaked"; }
  void OnTestPartResult(const testing::TestPartResult&) override { printf("checker hears\n"); }
  void OnTestProgramEnd(const testing::UnitTest&) override {
    if (getenv("GUEST_COMPLAINS") != nullptr) ADD_FAILURE() << "at the very end";
  }

 private:
  int before_ = 0;
};

class Misbehaving : public testing::EmptyTestEventListener {
 public:
  void OnTestEnd(const testing::TestInfo&) override {
    const std::string how = getenv("GUEST_LISTENER");
    if (how == "throws") throw std::runtime_error("the listener's own");
    if (how == "is slow") usleep(300'000);
    if (how == "leaves no memory" && !std::exchange(memory_is_taken_, true)) leave_no_memory();
  }

 private:
  // Not by operator new, so that the next to want some finds that there is none.
  static void leave_no_memory() {
    const rlimit none{1, RLIM_INFINITY};
    setrlimit(RLIMIT_AS, &none);
    for (std::size_t size = std::size_t{1} << 20; size > 16; size /= 2) {
      while (malloc(size) != nullptr) {
      }
    }
  }

  bool memory_is_taken_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  cloister::append_listener_in_guest(new LeakChecker);
  if (getenv("GUEST_LISTENER") != nullptr)
    testing::UnitTest::GetInstance()->listeners().Append(new Misbehaving);
  return cloister::run_all_tests();
}
