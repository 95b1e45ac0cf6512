// Set-ups and tear-downs run once per cell and are shown once. What fails only in cells that are
// not shown is not lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

int count_of(const std::string& part, const std::string& text) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

class Uneven : public testing::Test {
 protected:
  // Where cells see it: TEST_TMPDIR and /tmp are their own.
  Ended run_failing(const std::string& place, std::vector<std::string> environment = {}) {
    const std::string test = testing::UnitTest::GetInstance()->current_test_info()->name();
    const std::string mark =
        std::filesystem::current_path() / ("uneven-" + test + std::to_string(getpid()));
    unlink(mark.c_str());
    environment.push_back("GUEST_FAILS=" + place);
    environment.push_back("GUEST_MARK=" + mark);
    const Ended ended = run({{guest("uneven"), "--cloister_jobs=1"}, std::move(environment)});
    unlink(mark.c_str());
    return ended;
  }
};

TEST_F(Uneven, SuiteSetUpsFailTheirTests) {
  const Ended ended = run_failing("suite");
  EXPECT_EQ(count_of("cloister: in SetUpTestSuite of this test's own cell:", ended.out), 2)
      << ended.out;
  EXPECT_TRUE(ended.contains("[       OK ] Uneven.First"));
  EXPECT_TRUE(ended.contains("2 FAILED TESTS"));
}

TEST_F(Uneven, EnvironmentSetUpsFailTheirTests) {
  const Ended ended = run_failing("environment");
  EXPECT_EQ(count_of("cloister: in the set-up of a global environment of this test's own cell:",
                     ended.out),
            2)
      << ended.out;
  EXPECT_TRUE(ended.contains("[       OK ] Uneven.First"));
}

TEST_F(Uneven, EnvironmentSetUpsThatSkipSkipTheirTests) {
  const Ended ended = run_failing("environment", {"GUEST_SKIPS=1"});
  EXPECT_EQ(ended.status, 0);
  EXPECT_TRUE(ended.contains("[       OK ] Uneven.First"));
  // A newer GoogleTest has an empty line after the words.
  EXPECT_THAT(ended.out,
              testing::ContainsRegex("not the first\n\n?\\[  SKIPPED \\] Uneven.Second"));
  EXPECT_TRUE(ended.contains("[  SKIPPED ] 2 tests, listed below:"));
}

TEST_F(Uneven, SuiteTearDownsFailTheSuiteOnce) {
  const Ended ended = run_failing("suite's tear-down");
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(count_of("not the first", ended.out), 1) << ended.out;
  EXPECT_TRUE(ended.contains("[  PASSED  ] 3 tests."));
}

TEST_F(Uneven, EnvironmentTearDownsFailTheRunOnce) {
  const Ended ended = run_failing("environment's tear-down");
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(count_of("not the first", ended.out), 1) << ended.out;
  EXPECT_TRUE(ended.contains("[  PASSED  ] 3 tests."));
}

TEST(LateFailure, OfAThreadFailsTheRunAsWithoutCells) {
  Program program{{guest("late"), "--gtest_filter=*TornDown"}};
  const Ended cells = run(program);
  program.command.push_back("--cloister=off");
  const Ended plain = run(program);
  EXPECT_EQ(cells.status, 1);
  EXPECT_TRUE(cells.contains("late")) << cells.out;
  EXPECT_EQ(first_difference(without_times(plain.out), without_times(cells.out)), "");
}

TEST(LateFailure, OfManyThreadsIsOneOfTheTest) {
  const Ended ended = run({{guest("late"), "--gtest_filter=*NeverStops*", "--gtest_brief=1"}});
  EXPECT_EQ(ended.status, 1);
  EXPECT_TRUE(ended.contains("again"));
  EXPECT_FALSE(ended.contains("cloister: Thread")) << ended.out.substr(0, 2000);
}

}  // namespace
}  // namespace cloister::selftests
