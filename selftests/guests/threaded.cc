// A program whose main() starts a thread before the tests, which need it.
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <tuple>

#include <cloister/gtest.h>

namespace {

std::atomic<int> ticks{0};
int mains_argument_count = 0;
std::string own_path;

TEST(Thread, Ticks) {
  const int before = ticks;
  for (int i = 0; i < 200 && ticks == before; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_GT(ticks, before);
}
TEST(Thread, MayStartOthers) {
  std::thread([] { ++ticks; }).join();
  EXPECT_TRUE(cloister::this_cell().inside());
}
TEST(Limits, AreKnown) { EXPECT_EQ(cloister::this_cell().limits().hostname.value_or(""), "abbey"); }
TEST(Process, HasItsName) {
  char name[32] = {};
  FILE* comm = fopen("/proc/self/comm", "r");
  ASSERT_NE(comm, nullptr);
  EXPECT_EQ(fscanf(comm, "%31s", name), 1);
  fclose(comm);
  EXPECT_STREQ(name, "guest_threaded");
  EXPECT_EQ(mains_argument_count, 2);
}
TEST(Process, CrashesWithTheThread) { abort(); }

// Registered in the keeper and not in a program that was started again in a cell, where the test
// that is asked for is then another one.
class Forgotten : public testing::Test {
  void TestBody() override {}
};
bool register_unless_forgotten() {
  const bool again = getenv("CLOISTER_START_AGAIN") != nullptr;
  if (getenv("GUEST_FORGETS") == nullptr || again) return false;
  testing::RegisterTest("A", "Forgotten", nullptr, nullptr, __FILE__, __LINE__,
                        []() -> testing::Test* { return new Forgotten; });
  return true;
}
const bool kRegistered = register_unless_forgotten();

// What main() does only in a cell: "narrows" the selection, or "exits" with some words.
void misbehave(const std::string& how) {
  if (getenv("CLOISTER_START_AGAIN") == nullptr) return;
  if (how == "narrows") GTEST_FLAG_SET(filter, "None");
  if (how == "exits") {
    printf("cannot find the socket\n");
    exit(3);
  }
  // The child sees the variable, and is not the test.
  if (how == "starts a child")
    std::ignore = system(("GUEST_MAIN= " + own_path + " --gtest_list_tests").c_str());
}

// Holds the lock of a FILE for ever.
void read_for_ever() {
  static int ends[2];
  if (pipe(ends) != 0) abort();
  FILE* file = fdopen(ends[0], "r");
  char line[16];
  std::ignore = fgets(line, sizeof line, file);
}

}  // namespace

int main(int argc, char** argv) {
  printf("main begins\n");
  testing::InitGoogleTest(&argc, argv);
  mains_argument_count = argc;
  own_path = argv[0];
  if (const char* how = getenv("GUEST_MAIN")) misbehave(how);
  if (getenv("GUEST_READS") != nullptr) std::thread(read_for_ever).detach();
  std::thread([] {
    while (true) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      ++ticks;
    }
  }).detach();
  const int status = cloister::run_all_tests();
  if (getenv("GUEST_READS") != nullptr) {  // exit() of a newer C library waits for the FILE's lock
    fflush(stdout);
    _exit(status);
  }
  return status;
}
