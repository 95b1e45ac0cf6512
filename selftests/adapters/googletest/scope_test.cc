// Tests that share a cell: Scope::kSuite and Scope::kProgram. That their reports are GoogleTest's
// own is tested in same_report_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;
using testing::Not;

Ended sharing(const std::string& filter, std::vector<std::string> options = {},
              const std::string& scope = "suite") {
  std::vector<std::string> command = {guest("sharing"), "--gtest_filter=" + filter,
                                      "--cloister_scope=" + scope};
  command.insert(command.end(), options.begin(), options.end());
  return run({.command = command});
}

// What Cloister computes raises flags of floating-point numbers, which a test may look at.
class FloatingPoint : public testing::TestWithParam<const char*> {};
TEST_P(FloatingPoint, IsThatOfThePlainRun) {
  const Ended ended = run(
      {{guest("sharing"), "--gtest_filter=FloatingPoint.*", GetParam(), "--cloister_jobs=auto"}});
  EXPECT_EQ(ended.status, 0) << ended.out;
}
INSTANTIATE_TEST_SUITE_P(Each, FloatingPoint,
                         testing::Values("--cloister=off", "--cloister_scope=test",
                                         "--cloister_scope=suite", "--cloister_scope=program",
                                         "--cloister_launch=exec"));

// The numbers in "process 7".
std::vector<std::string> processes(const std::string& out, const std::string& word = "process") {
  std::vector<std::string> found;
  const std::regex line("(?:^|\n)" + word + " ([0-9]+)");
  for (std::sregex_iterator at(out.begin(), out.end(), line), end; at != end; ++at)
    found.push_back((*at)[1]);
  return found;
}

TEST(ScopeSuite, IsOneProcessForTestsThatBuildOnEachOther) {
  const Ended ended = run({{guest("sharing"), "--gtest_filter=BuildsUp.*"}});
  EXPECT_EQ(ended.status, 0) << ended.out;
  const auto pids = processes(ended.out);
  EXPECT_EQ(pids.size(), 3U) << ended.out;
  EXPECT_EQ(std::set(pids.begin(), pids.end()).size(), 1U) << ended.out;
}

TEST(ScopeSuite, SetsUpAndTearsDownOnce) {
  const Ended ended = sharing("BuildsUp.*");
  EXPECT_EQ(processes(ended.out, "set up in").size(), 1U) << ended.out;
  EXPECT_EQ(processes(ended.out, "torn down in"), processes(ended.out, "set up in")) << ended.out;
}

TEST(ScopeTest, SetsUpForEachTest) {
  EXPECT_EQ(sharing("BuildsUp.*", {}, "test").status, 0) << "code overrides the command line";
  const Ended ended =
      run({{guest("sharing"), "--gtest_filter=BuildsUp.*", "--cloister_override=*: scope=test"}});
  EXPECT_EQ(ended.status, 1) << ended.out;
  EXPECT_THAT(ended.out, HasSubstr("2 FAILED TESTS"));
}

TEST(ScopeProgram, IsOneProcessForSuites) {
  const Ended ended = sharing("Slow.First:Exiting.After:Wordy.First", {}, "program");
  EXPECT_EQ(ended.status, 0) << ended.out;
  const auto pids = processes(ended.out);
  EXPECT_EQ(pids.size(), 3U) << ended.out;
  EXPECT_EQ(std::set(pids.begin(), pids.end()).size(), 1U) << ended.out;
}

class BothScopes : public testing::TestWithParam<const char*> {
 protected:
  static Ended sharing(const std::string& filter, std::vector<std::string> options = {}) {
    return selftests::sharing(filter, std::move(options), GetParam());
  }
};
INSTANTIATE_TEST_SUITE_P(Each, BothScopes, testing::Values("suite", "program"),
                         [](const auto& scope) { return std::string(scope.param); });

TEST_P(BothScopes, ACrashFailsItsOwnTestAlone) {
  const Ended ended = sharing("Crashing.*");
  EXPECT_THAT(ended.out, HasSubstr("cloister: Crashing.Now was killed by SIGABRT"));
  EXPECT_THAT(ended.out, HasSubstr("[  PASSED  ] 3 tests."));
  EXPECT_THAT(ended.out, HasSubstr(" 1 FAILED TEST\n"));
}

TEST_P(BothScopes, ACrashSaysHowManyShareTheCell) {
  EXPECT_THAT(sharing("Crashing.*").out,
              HasSubstr("cell:   shared by 4 tests, whose memory counts together\n"));
}

TEST_P(BothScopes, AfterACrashTheRestShareANewCell) {
  const Ended ended = sharing("Crashing.*");
  const auto pids = processes(ended.out);  // abort() keeps back what the second printed
  ASSERT_EQ(pids.size(), 3U) << ended.out;
  EXPECT_EQ(pids[1], pids[2]) << ended.out;
}

TEST_P(BothScopes, AnEarlyExitFailsItsOwnTestAlone) {
  const Ended ended = sharing("Exiting.*");
  EXPECT_THAT(ended.out, HasSubstr("Exiting.Early exited with status 0 before the test had ended"));
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] Exiting.After"));
}

TEST_P(BothScopes, ADeadlineIsEachTestsOwn) {
  const Ended ended = sharing("Slow.*", {"--cloister_deadline=1s"});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
}

TEST_P(BothScopes, ATestThatHangsIsKilledAndTheRestGoesOn) {
  const Ended ended = sharing("Hanging.*", {"--cloister_deadline=300ms"});
  EXPECT_THAT(ended.out,
              HasSubstr("cloister: Hanging.Now did not end within its deadline of 300 ms"));
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] Hanging.After"));
}

TEST_P(BothScopes, ANoticeNamesTheTestThatIsSlow) {
  const Ended ended = sharing("Slow.*:Wordy.First", {"--cloister_notice_after=200ms"});
  for (const char* name : {"Slow.First", "Slow.Second", "Slow.Third"})
    EXPECT_EQ(count(ended.err, name), 1U) << ended.err;
}

TEST_P(BothScopes, ASetUpThatDiesTwiceFailsAllItsTests) {
  const Ended ended = sharing("DiesInSetUp.*:Wordy.First");
  EXPECT_EQ(count(ended.out, "was killed by SIGABRT"), 4U) << ended.out;
  EXPECT_EQ(count(ended.out, "where:  in SetUpTestSuite"), 4U) << ended.out;
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] Wordy.First"));
}

TEST_P(BothScopes, ATearDownThatDiesFailsTheLastTest) {
  const Ended ended = sharing("DiesInTearDown.*:Wordy.First");
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] DiesInTearDown.First"));
  EXPECT_THAT(ended.out, HasSubstr("cloister: DiesInTearDown.Last was killed by SIGABRT"));
  EXPECT_THAT(ended.out, HasSubstr("where:  in TearDownTestSuite"));
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] Wordy.First"));
}

TEST_P(BothScopes, TheOutputOfEachTestIsCappedByItself) {
  const Ended ended = sharing("Wordy.*", {"--cloister_output=1K"});
  EXPECT_THAT(ended.out, HasSubstr(std::string(600, 'a')));
  EXPECT_THAT(ended.out, HasSubstr(std::string(900, 'b')));
  EXPECT_THAT(ended.out, Not(HasSubstr(std::string(1100, 'b'))));
  EXPECT_THAT(ended.out, HasSubstr(std::string(600, 'c')));
}

TEST_P(BothScopes, TestsAreReportedAfterOneHasClosedEveryDescriptor) {
  const Ended ended = sharing("Closing.*");
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] Closing.Everything"));
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] Closing.Passes"));
  EXPECT_THAT(ended.out, HasSubstr("after all was closed"));
  EXPECT_THAT(ended.out, HasSubstr(" 1 FAILED TEST\n"));
}

TEST_P(BothScopes, WhatIsLeftInTheCellIsFoundAtItsEnd) {
  if (!lane_gives("pid namespace")) GTEST_SKIP() << "nothing is left where there is no cell";
  const Ended ended = sharing("Leaving.*", {"--cloister_leaks=fail"});
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] Leaving.AProcess"));
  EXPECT_THAT(ended.out, HasSubstr("Leaving.Nothing left something in a cell that 2 tests shared"));
  EXPECT_THAT(ended.out, HasSubstr("1 process: "));
}

TEST_P(BothScopes, FilesOfTheFirstThatFailedAreSaved) {
  if (!lane_gives("own view of files")) GTEST_SKIP() << "nothing is saved where there is no view";
  const std::string directory = scratch("scope");
  const std::string saved = scratch("scope-saved");
  std::filesystem::create_directories(directory);
  const Ended ended =
      run({.command = {guest("sharing"), "--gtest_filter=Writing.*",
                       "--cloister_scope=" + std::string(GetParam()),
                       "--cloister_files_in=" + directory, "--cloister_keep_failed=" + saved},
           .directory = directory});
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] Writing.Reads"));
  EXPECT_EQ(content_of(saved + "/Writing.AFileAndFails" + directory + "/written"), "by the first");
  EXPECT_EQ(content_of(directory + "/written"), "by the first");
  std::filesystem::remove_all(directory);
  std::filesystem::remove_all(saved);
}

TEST_P(BothScopes, TestsWithOtherSettingsHaveAnotherCell) {
  const Ended ended = sharing("OtherSettings.*");
  EXPECT_EQ(ended.status, 0) << ended.out;
  EXPECT_EQ(processes(ended.out, "set up in").size(), 1U) << "the first cell's: " << ended.out;
  const Ended explained = sharing("OtherSettings.*", {"--cloister_explain"});
  EXPECT_THAT(explained.out, HasSubstr("OtherSettings.First\nOtherSettings.Third\n  "));
}

TEST_P(BothScopes, AnExplanationSaysForEachTestWhoHasSetWhat) {
  const Ended ended =
      sharing("OtherSettings.*", {"--cloister_override=OtherSettings.Third: output=1M",
                                  "--cloister_output=1M", "--cloister_explain"});
  EXPECT_THAT(ended.out, HasSubstr("OtherSettings.First\nOtherSettings.Third\n  "));
  EXPECT_THAT(ended.out, HasSubstr("  setting     output by flags\n"));
  EXPECT_THAT(ended.out, HasSubstr("  OtherSettings.Third:\n"));
  EXPECT_THAT(ended.out, HasSubstr("  setting     output by --cloister_override"));
}

TEST_P(BothScopes, AFilterMaySelectOneTest) {
  const Ended ended = sharing("Crashing.Later");
  EXPECT_EQ(ended.status, 0) << ended.out;
  EXPECT_THAT(ended.out, HasSubstr("[  PASSED  ] 1 test."));
}

TEST_P(BothScopes, ShardsShareWhatIsTheirs) {
  const std::vector<std::string> command = {guest("sharing"), "--gtest_filter=Wordy.*:Slow.*",
                                            "--cloister_scope=" + std::string(GetParam())};
  for (const char* shard : {"GTEST_SHARD_INDEX=0", "GTEST_SHARD_INDEX=1"}) {
    const Ended ended = run({.command = command, .environment = {"GTEST_TOTAL_SHARDS=2", shard}});
    EXPECT_EQ(ended.status, 0) << ended.out;
    EXPECT_THAT(ended.out, HasSubstr("[  PASSED  ] 3 tests."));
  }
}

TEST_P(BothScopes, EveryIterationHasACellOfItsOwn) {
  const Ended ended = sharing("BuildsUp.*", {"--gtest_repeat=3"});
  EXPECT_EQ(ended.status, 0) << ended.out;
  EXPECT_EQ(processes(ended.out, "set up in").size(), 3U) << ended.out;
}

TEST_P(BothScopes, TheProgramMayBeStartedAnew) {
  const Ended ended = sharing("Crashing.*", {"--cloister_launch=exec"});
  EXPECT_THAT(ended.out, HasSubstr("[  PASSED  ] 3 tests."));
  EXPECT_THAT(ended.out, HasSubstr(" 1 FAILED TEST\n"));
}

TEST_P(BothScopes, StaticDestructorsRunOnce) {
  const Ended ended = sharing("Wordy.First:Wordy.Last", {"--cloister_exit=exit"});
  EXPECT_EQ(ended.status, 0) << ended.out;
}

TEST_P(BothScopes, AnInterruptedRunReportsWhatHasEnded) {
  const Ended ended =
      run({{"timeout", "-s", "INT", "1", guest("sharing"), "--gtest_filter=Hanging.*",
            "--cloister_deadline=none", "--cloister_scope=" + std::string(GetParam())}});
  EXPECT_THAT(ended.out, HasSubstr("cloister: Hanging.Now was running"));
  EXPECT_THAT(ended.err, HasSubstr("cloister: 1 test was not run")) << ended.out;
}

TEST_P(BothScopes, ACellThatDiesBehindTestsThatArePassedOverFailsTheRun) {
  const Ended ended = run({{guest("sharing"), "--gtest_filter=Quiet.Passes:FailsInSetUp.*",
                            "--cloister_scope=" + std::string(GetParam())},
                           {"GUEST_TEAR_DOWN=abort"}});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, HasSubstr("cloister: FailsInSetUp.NeverRuns was killed by SIGABRT"));
  EXPECT_THAT(ended.out, HasSubstr("where:  in the tear-down of a global environment"));
}

// A child prints all the time while tests begin and end.
TEST_P(BothScopes, NothingIsLostOfWhatIsPrintedWhereOneTestEndsAndTheNextBegins) {
  const Ended ended = sharing("Borders/*");
  EXPECT_EQ(ended.status, 0) << ended.out;
  EXPECT_EQ(count(ended.out, "line "), 3000U);
}

TEST_P(BothScopes, ManyTestsMayStartTheProgramAnew) {
  const Ended ended = sharing("Numbers/*", {"--cloister_launch=exec", "--gtest_brief=1"});
  EXPECT_EQ(ended.status, 0) << ended.out.substr(0, 2000);
}

TEST(ScopeOfOneTest, IsRefused) {
  const Ended ended = run({{guest("configured")}, {"SCOPE_OF_A_TEST=1"}});
  EXPECT_EQ(ended.status, 2);
  EXPECT_EQ(ended.err,
            "cloister: CLOISTER_TEST(Storage, FitsIntoMemory) sets scope, which only a suite has: "
            "use CLOISTER_SUITE(Storage, {.scope = ...})\n");
}

}  // namespace
}  // namespace cloister::selftests
