// Settings for tests that are not there: they end the run before any test, for what they ask for
// would be missing without a word.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;

Ended run_configured(Words flags, const Words& environment = {}) {
  flags.insert(flags.begin(), guest("configured"));
  return run({flags, environment});
}

TEST(SettingsInCode, ForTestsOfEveryWritingMatch) {
  const Ended ended = run_configured({});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_THAT(ended.err, Not(HasSubstr("matches no")));
}

TEST(SettingsInCode, ForTestsThatAreNotSelectedMatch) {
  EXPECT_EQ(run_configured({"--gtest_filter=Typed/*"}).status, 0);
  EXPECT_EQ(run_configured({}, {"GTEST_TOTAL_SHARDS=9", "GTEST_SHARD_INDEX=8"}).status, 0);
}

TEST(SettingsInCode, ThatMatchNothingEndTheRunBeforeAnyTest) {
  for (const char* flag : {"--gtest_color=no", "--gtest_filter=Typed/*", "--cloister_explain"}) {
    const Ended ended = run_configured({flag}, {"MISSPELT=1"});
    EXPECT_EQ(ended.status, 2) << flag;
    EXPECT_EQ(ended.out, kGreeting) << flag;
    EXPECT_EQ(ended.err,
              "cloister: CLOISTER_SUITE(Elsewhere) matches no suite of this program\n"
              "cloister: CLOISTER_TEST(Storage, FitsIntoMemroy) matches no test of this program; "
              "did you mean 'Storage.FitsIntoMemory'?\n"
              "cloister: CLOISTER_SUITE(Storge) matches no suite of this program; did you mean "
              "'Storage'?\n")
        << flag;
  }
}

TEST(SettingsInCode, ThatMatchNothingAreNothingWithoutCells) {
  for (const char* flag : {"--cloister=off", "--gtest_list_tests", "--help"})
    EXPECT_EQ(run_configured({flag}, {"MISSPELT=1"}).status, 0) << flag;
}

class OverrideOfAFile : public testing::Test {
 protected:
  ~OverrideOfAFile() override { std::filesystem::remove(file_); }
  Ended run_with(const std::string& text, Words flags = {}) const {
    std::ofstream(file_) << text;
    flags.push_back("--cloister_config=" + file_);
    return run_configured(flags);
  }
  const std::string file_ = scratch("unmatched.toml");
};

TEST_F(OverrideOfAFile, ThatMatchesNothingEndsTheRunBeforeAnyTest) {
  const Ended ended = run_with(
      "[[override]]\nfilter = 'Storge.*'\nmemory = '1G'\n"
      "[[override]]\nfilter = 'Elsewhere.*'\nmemory = '1G'\n"
      "[[override]]\nfilter = 'Nowhere:Storage.FitsIntoMemroy-Typed*'\nmemory = '1G'\n");
  EXPECT_EQ(ended.status, 2);
  EXPECT_EQ(ended.out, kGreeting);
  const std::string begin = "cloister: " + file_;
  EXPECT_EQ(ended.err,
            begin +
                ":2:10: the filter 'Storge.*' of this override matches no test; did you mean "
                "'Storage.*'?\n" +
                begin +
                ":5:10: the filter 'Elsewhere.*' of this override matches no test; 'optional = "
                "true' beside it allows that, in a file of several programs\n" +
                begin +
                ":8:10: the filter 'Nowhere:Storage.FitsIntoMemroy-Typed*' of this override "
                "matches no test; did you mean 'Storage.FitsIntoMemory'?\n");
}

TEST_F(OverrideOfAFile, ThatIsOptionalMayMatchNothing) {
  EXPECT_EQ(run_with("[[override]]\nfilter = 'No.*'\noptional = true\nmemory = '1G'").status, 0);
  EXPECT_EQ(run_with("[[override]]\nfilter = 'No.*'\noptional = false\nmemory = '1G'").status, 2);
}

TEST_F(OverrideOfAFile, MatchesByTestsThatAreNotSelectedOrDisabled) {
  const std::string text = "[[override]]\nfilter = '*DISABLED_*-Typed*'\ndeadline = '40s'";
  EXPECT_EQ(run_with(text, {"--gtest_filter=Typed/*"}).status, 0);
}

TEST_F(OverrideOfAFile, OfAProfileCountsWhereItIsTaken) {
  const std::string text = "[[profile.ci.override]]\nfilter = 'No.*'\nmemory = '1G'";
  EXPECT_EQ(run_with(text).status, 0);
  EXPECT_EQ(run_with(text, {"--cloister_profile=ci"}).status, 2);
}

TEST_F(OverrideOfAFile, ThatMatchesNothingIsNothingWithoutCells) {
  const std::string text = "[[override]]\nfilter = 'No.*'\nmemory = '1G'";
  for (const char* flag : {"--cloister=off", "--gtest_list_tests", "--help"})
    EXPECT_EQ(run_with(text, {flag}).status, 0) << flag;
}

TEST_F(OverrideOfAFile, IsLookedAtOnceInARunThatStartsTheProgramAnew) {
  const Ended ended =
      run_with("[[override]]\nfilter = 'Typed/*'\ndeadline = '40s'", {"--cloister_launch=exec"});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
}

}  // namespace
}  // namespace cloister::selftests
