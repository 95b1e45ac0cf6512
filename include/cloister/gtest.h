// Cloister for GoogleTest. If you link `cloister::gtest_main` in place of gtest_main or gmock_main,
// you need not include anything. With a main of your own:
//
//   #include <cloister/gtest.h>
//   int main(int argc, char** argv) {
//     testing::InitGoogleTest(&argc, argv);
//     return cloister::run_all_tests();   // in place of RUN_ALL_TESTS()
//   }
#pragma once

#include <cloister/budget.h>
#include <cloister/config.h>
#include <cloister/expect_end.h>
#include <cloister/this_cell.h>
#include <cloister/unique_name.h>

namespace testing {
class TestEventListener;
}

namespace cloister {

// Runs every selected test in its own cell and reports as RUN_ALL_TESTS() would. Returns the value
// for main to return. Call it once, after InitGoogleTest() or InitGoogleMock(), from the main
// thread. A wrong --cloister_ flag or CLOISTER_ variable is reported on stderr, and the process
// exits with status 2.
int run_all_tests();

// Registers a listener inside every test's process and takes ownership of it. Use it for listeners
// that measure their process, such as a leak checker. Its assertions count for the test, the suite
// or the run, as in a plain run. (UnitTest::listeners() run in the keeper, where no test runs.)
// Call it before the run. In a run without cells it is an ordinary listener.
void append_listener_in_guest(testing::TestEventListener* listener);

// Removes Cloister's flags ("--cloister_memory=64M") from argv, so that other code can parse the
// command line. Cloister has already read them. InitGoogleTest and InitGoogleMock do this, unless
// the program calls them in a shared library; then call this after them.
void init(int* argc, char** argv);

// What all tests of a suite, or one test, ask of their cells. `suite` and `test` are the names in
// the TEST macro: CLOISTER_SUITE(StorageTest, ...) also covers the instances "Disk/StorageTest" and
// "StorageTest/0". Use the macros at namespace scope. Returns true.
// A name that matches no test ends the run with status 2.
bool configure_suite(const char* suite, const CellConfig& config);
bool configure_test(const char* suite, const char* test, const CellConfig& config);

}  // namespace cloister

// CLOISTER_SUITE(StorageTest, {.memory = 64_MiB, .deadline = 2s});
#define CLOISTER_SUITE(suite, ...)                                                    \
  [[maybe_unused]] static const bool CLOISTER_UNIQUE_(cloister_suite_, __COUNTER__) = \
      ::cloister::configure_suite(#suite, __VA_ARGS__)

// CLOISTER_TEST(StorageTest, SurvivesACrash, {.network = cloister::Network::kNone});
#define CLOISTER_TEST(suite, test, ...)                                              \
  [[maybe_unused]] static const bool CLOISTER_UNIQUE_(cloister_test_, __COUNTER__) = \
      ::cloister::configure_test(#suite, #test, __VA_ARGS__)
