// Cloister for GoogleTest. With `cloister::gtest_main` linked in place of gtest_main or gmock_main
// nothing needs to be included. With a main of your own:
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

// Runs every selected test in a cell of its own and reports as RUN_ALL_TESTS() would; the return
// value is main's. Call it once, after InitGoogleTest() or InitGoogleMock(), from the main thread.
// A wrong --cloister_ flag or CLOISTER_ variable is reported on stderr and the process exits with
// status 2.
int run_all_tests();

// Appends a listener that hears what happens in each test's own process, there, and takes it over.
// For those that measure their process, such as a leak checker; what it asserts counts for the
// test, the suite or the run, as in a plain run. UnitTest::listeners() are told in the keeper,
// where no test runs. Call it before the run. In a run without cells it is a listener like the
// others.
void append_listener_in_guest(testing::TestEventListener* listener);

// Takes Cloister's flags ("--cloister_memory=64M") out of argv, for what else reads the command
// line: they are known already. InitGoogleTest and InitGoogleMock do it, unless the program calls
// them in a shared library; then call this behind them.
void init(int* argc, char** argv);

// What the tests of a suite, or one test, ask of their cells. `suite` and `test` are the names in
// the TEST macro: CLOISTER_SUITE(StorageTest, ...) also covers the instances "Disk/StorageTest" and
// "StorageTest/0". Use the macros at namespace scope. Returns true.
// A name of no test ends the run with status 2.
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
