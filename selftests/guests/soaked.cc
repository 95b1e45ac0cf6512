// As many tests as the variable SOAKED_TESTS says, that end in every way by turns. A name says how:
// of 20 in a row, soak.sh expects 3 to fail, and of every 100 one more, at its deadline.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

#include <array>
#include <string>

#include <cloister/gtest.h>

namespace {

using namespace std::chrono_literals;
using namespace cloister::literals;

void fail() { EXPECT_EQ(1, 2) << "as it was meant to"; }
void skip() { GTEST_SKIP() << "as it was meant to"; }
void crash() { raise(SIGSEGV); }
void hang() {
  while (true) pause();
}
void eat() {
  constexpr std::size_t kMuch = std::size_t{64} << 20;
  auto* memory = static_cast<char*>(malloc(kMuch));
  memset(memory, 1, kMuch);
  EXPECT_EQ(memory[12345], 1);
}
void print_much() {
  for (int i = 0; i < 4096; ++i) puts("a line of thirty-two characters");
}
void leave_processes() {
  for (int i = 0; i < 3; ++i) {
    if (fork() != 0) continue;
    setsid();
    while (true) pause();
  }
}
void leave_files() {
  for (const char* path : {"/tmp/left", "/dev/shm/left"}) {
    const int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    EXPECT_EQ(ftruncate(file, 1 << 20), 0);
    EXPECT_EQ(write(file, path, strlen(path)), static_cast<ssize_t>(strlen(path)));
  }
  EXPECT_GE(shmget(IPC_PRIVATE, 1 << 16, IPC_CREAT | 0600), 0);
}
void pass() {}

struct Way {
  const char* name;
  void (*go)();
};
constexpr std::array<Way, 20> kWays{{{"Passes", pass},
                                     {"Fails", fail},
                                     {"Passes", pass},
                                     {"LeavesFiles", leave_files},
                                     {"Passes", pass},
                                     {"Skips", skip},
                                     {"LeavesProcesses", leave_processes},
                                     {"Passes", pass},
                                     {"Crashes", crash},
                                     {"Passes", pass},
                                     {"PrintsMuch", print_much},
                                     {"Passes", pass},
                                     {"Eats", eat},
                                     {"LeavesFiles", leave_files},
                                     {"Passes", pass},
                                     {"Skips", skip},
                                     {"Passes", pass},
                                     {"LeavesProcesses", leave_processes},
                                     {"PrintsMuch", print_much},
                                     {"Passes", pass}}};
constexpr int kHangsEvery = 100;

class Soaked : public testing::Test {
 public:
  explicit Soaked(void (*go)()) : go_(go) {}
  void TestBody() override { go_(); }

 private:
  void (*go_)();
};

void add_test(int number) {
  const Way& turn = kWays[static_cast<std::size_t>(number) % kWays.size()];
  const Way way = number % kHangsEvery == kHangsEvery - 1 ? Way{"Hangs", hang} : turn;
  const std::string suite = "Soaked" + std::to_string(number / kHangsEvery);
  const std::string test = way.name + std::to_string(number);
  if (way.go == hang)
    cloister::configure_test(suite.c_str(), test.c_str(),
                             cloister::CellConfig{}.with_deadline(200ms));
  if (way.go == eat)
    cloister::configure_test(suite.c_str(), test.c_str(),
                             cloister::CellConfig{}.with_memory(32_MiB));
  testing::RegisterTest(suite.c_str(), test.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                        [way]() -> Soaked* { return new Soaked(way.go); });
}

}  // namespace

int main(int argc, char** argv) {
  const char* asked = getenv("SOAKED_TESTS");
  const int count = asked != nullptr ? atoi(asked) : 500;
  for (int number = 0; number < count; ++number) add_test(number);
  testing::InitGoogleTest(&argc, argv);
  return cloister::run_all_tests();
}
