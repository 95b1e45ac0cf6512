// Empty tests in suites of 20, as many as the variable EMPTY_TESTS says: what the seam to
// GoogleTest costs must not grow with their number. With EMPTY_FORKS=N it measures instead what N
// forks of it cost that only look at each suite once, as GoogleTest's own loop does: what a test in
// a process of its own costs at the least. Used by seam.sh.
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include <cloister/gtest.h>

namespace {

class Empty : public testing::Test {
  void TestBody() override {}
};

int selected_suites() {
  const testing::UnitTest& unit_test = *testing::UnitTest::GetInstance();
  int selected = 0;
  for (int i = 0; i < unit_test.total_test_suite_count(); ++i)
    selected += unit_test.GetTestSuite(i)->should_run();
  return selected;
}

// Microseconds of one fork(2), that loop, _exit(2) and wait(2).
double fork_cost(int count) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i) {
    const pid_t child = fork();
    if (child == 0) _exit(selected_suites() > 0 ? 1 : 0);
    waitpid(child, nullptr, 0);
  }
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
  return took.count() / count;
}

}  // namespace

int main(int argc, char** argv) {
  const char* asked = getenv("EMPTY_TESTS");
  const int count = asked != nullptr ? atoi(asked) : 100;
  for (int i = 0; i < count; ++i) {
    const std::string suite = "Suite" + std::to_string(i / 20);
    testing::RegisterTest(suite.c_str(), ("Test" + std::to_string(i)).c_str(), nullptr, nullptr,
                          __FILE__, __LINE__, []() -> Empty* { return new Empty; });
  }
  testing::InitGoogleTest(&argc, argv);
  if (const char* forks = getenv("EMPTY_FORKS")) {
    printf("%.1f\n", fork_cost(atoi(forks)));
    return 0;
  }
  return cloister::run_all_tests();
}
