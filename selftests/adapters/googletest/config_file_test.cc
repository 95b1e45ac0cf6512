// cloister.toml, from outside: guests run below a directory that holds one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::StartsWith;

using Words = std::vector<std::string>;

class ConfigFileOfARun : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(directory_ + "/below"); }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  void write(const std::string& text, const std::string& name = "cloister.toml") const {
    std::ofstream(directory_ + "/" + name) << text;
  }
  // Without the variable that keeps every other selftest from finding a file.
  Ended run_below(const Words& flags, const Words& environment = {},
                  const std::string& program = "everything") const {
    Program looking{{"env", "-u", "CLOISTER_CONFIG", guest(program)}, environment};
    looking.command.insert(looking.command.end(), flags.begin(), flags.end());
    looking.directory = directory_ + "/below";
    return run(looking);
  }
  Ended explain_below(Words flags, const Words& environment = {}) const {
    flags.emplace_back("--cloister_explain");
    return run_below(flags, environment);
  }
  std::string error_of(const std::string& text, const Words& flags = {}) const {
    write(text);
    const Ended ended = run_below(flags);
    EXPECT_EQ(ended.status, 2);
    EXPECT_THAT(ended.out, Not(HasSubstr("[ RUN")));
    return ended.err;
  }

  const std::string directory_ = scratch("config");
  const std::string file_ = directory_ + "/cloister.toml";
};

// By test, from what --cloister_explain prints.
std::map<std::string, std::string> hostnames(const Ended& explained) {
  constexpr std::string_view kStep = "  step        set hostname '";
  std::map<std::string, std::string> found;
  std::string test;
  std::istringstream lines(explained.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kStep)) {
      found[test] = line.substr(kStep.size(), line.size() - kStep.size() - 1);
    } else if (!line.starts_with(' ')) {
      test = line;
    }
  }
  return found;
}

const std::string kOne = "--gtest_filter=Plain.Passes";
const std::string kTwo = "--gtest_filter=Plain.Passes:Plain.Skips";

TEST_F(ConfigFileOfARun, IsFoundUpwardFromTheWorkingDirectory) {
  write("hostname = 'abbey'");
  EXPECT_THAT(hostnames(explain_below({kOne})), ElementsAre(Pair("Plain.Passes", "abbey")));
}

TEST_F(ConfigFileOfARun, ReachesTheTests) {
  write("[[override]]\nfilter = '*/1'\ndeadline = '200ms'");
  EXPECT_THAT(run_below({"--gtest_filter=*/1"}, {}, "waiting").out,
              HasSubstr("did not end within its deadline of 200 ms"));
}

TEST_F(ConfigFileOfARun, IsTheOneThatTheFlagNames) {
  write("hostname = 'abbey'");
  write("hostname = 'priory'", "other.toml");
  EXPECT_THAT(hostnames(explain_below({kOne, "--cloister_config=../other.toml"})),
              ElementsAre(Pair("Plain.Passes", "priory")));
}

TEST_F(ConfigFileOfARun, IsTheOneThatTheVariableNames) {
  write("hostname = 'priory'", "other.toml");
  Program program{{guest("everything"), kOne, "--cloister_explain"},
                  {"CLOISTER_CONFIG=" + directory_ + "/other.toml"}};
  EXPECT_THAT(hostnames(run(program)), ElementsAre(Pair("Plain.Passes", "priory")));
}

TEST_F(ConfigFileOfARun, IsNotReadWhenNoneIsNamed) {
  write("this is not TOML");
  EXPECT_EQ(run_below({kOne, "--cloister_config=none"}).status, 0);
}

TEST_F(ConfigFileOfARun, IsNotReadByOtherSelftests) {
  write("this is not TOML");
  Program program{{guest("everything"), kOne}};
  program.directory = directory_;
  EXPECT_EQ(run(program).status, 0);
}

TEST_F(ConfigFileOfARun, IsNamedBeforeThePlans) {
  write("[profile.ci]");
  EXPECT_THAT(explain_below({kOne}).out, StartsWith("configuration: " + file_ + "\n"));
  EXPECT_THAT(explain_below({kOne, "--cloister_profile=ci"}).out,
              StartsWith("configuration: " + file_ + " (profile ci)\n"));
  EXPECT_THAT(explain_below({kOne, "--cloister_config=none"}).out,
              Not(HasSubstr("configuration:")));
}

TEST_F(ConfigFileOfARun, IsBelowTheEnvironment) {
  write("hostname = 'abbey'\n[[override]]\nfilter = '*'\nhostname = 'cell'");
  EXPECT_THAT(hostnames(explain_below({kOne}, {"CLOISTER_HOSTNAME=variable"})),
              ElementsAre(Pair("Plain.Passes", "variable")));
}

TEST_F(ConfigFileOfARun, IsBelowTheFlags) {
  write("hostname = 'abbey'\n[[override]]\nfilter = '*'\nhostname = 'cell'");
  EXPECT_THAT(hostnames(explain_below({kOne, "--cloister_hostname=flag"})),
              ElementsAre(Pair("Plain.Passes", "flag")));
}

TEST_F(ConfigFileOfARun, IsBelowTheCode) {
  write("[[override]]\nfilter = 'Hangs.*'\ndeadline = '1h'");
  EXPECT_THAT(run_below({"--cloister_explain", "--gtest_filter=Hangs.*"}, {}, "misbehaving").out,
              AllOf(HasSubstr("deadline    300 ms"), Not(HasSubstr("deadline    60 min"))));
}

TEST_F(ConfigFileOfARun, HasProfilesAboveItsTopLevel) {
  write("hostname = 'abbey'\n[profile.ci]\nhostname = 'priory'");
  EXPECT_THAT(hostnames(explain_below({kOne}, {"CLOISTER_PROFILE=ci"})),
              ElementsAre(Pair("Plain.Passes", "priory")));
}

TEST_F(ConfigFileOfARun, HasOverridesAboveAProfile) {
  write("[profile.ci]\nhostname = 'priory'\n[[override]]\nfilter='*.Skips'\nhostname = 'cell'");
  EXPECT_THAT(hostnames(explain_below({kTwo, "--cloister_profile=ci"})),
              ElementsAre(Pair("Plain.Passes", "priory"), Pair("Plain.Skips", "cell")));
}

TEST_F(ConfigFileOfARun, HasAProfilesOverridesAboveTheOthers) {
  write(
      "[[profile.ci.override]]\nfilter = '*.Skips'\nhostname = 'priory'\n"
      "[[override]]\nfilter = '*'\nhostname = 'cell'");
  EXPECT_THAT(hostnames(explain_below({kTwo, "--cloister_profile=ci"})),
              ElementsAre(Pair("Plain.Passes", "cell"), Pair("Plain.Skips", "priory")));
}

TEST_F(ConfigFileOfARun, HasOptionsOfTheRun) {
  write("require = true");
  EXPECT_THAT(run_below({kOne}).out, geteuid() == 0 ? HasSubstr("[  PASSED  ] 1 test.")
                                                    : HasSubstr("--cloister_require demands"));
}

TEST_F(ConfigFileOfARun, ChangesNothingWithoutCells) {
  write("hostname = 'abbey'\njobs = 3\nexit = 'exit'");
  for (const char* flag : {"--cloister=off", "--gtest_list_tests", "--help"}) {
    const Ended with = run_below({kTwo, flag});
    const Ended without = run_below({kTwo, flag, "--cloister_config=none"});
    EXPECT_EQ(with.status, without.status) << flag;
    EXPECT_EQ(first_difference(without_times(with.out), without_times(without.out)), "") << flag;
  }
}

// It starts the program anew, inside a cell whose /tmp is its own.
TEST_F(ConfigFileOfARun, IsNotReadAgainByADeathTest) {
  write("hostname = 'abbey'");
  Program program{{guest("everything"), "--gtest_filter=ThreadsafeDeathTest.Dies",
                   "--cloister_config=" + file_}};
  const Ended ended = run(program);
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
}

TEST_F(ConfigFileOfARun, WhenWrongEndsTheRunBeforeAnyTest) {
  EXPECT_EQ(error_of("\n\nmemroy = '1M'"),
            "cloister: " + file_ + ":3:1: there is no setting 'memroy'; did you mean 'memory'?\n");
}

TEST_F(ConfigFileOfARun, WhenWrongIsReportedWithoutCellsToo) {
  for (const char* flag : {"--cloister=off", "--gtest_list_tests", "--help"}) {
    EXPECT_EQ(error_of("jobs = 0", {flag}),
              "cloister: " + file_ +
                  ":1:8: the setting 'jobs' has the value '0'; it takes a whole number from 1 to "
                  "2000, 'processors' or 'auto'\n");
  }
}

TEST_F(ConfigFileOfARun, WhenItIsNoTomlIsAnErrorWithItsPlace) {
  EXPECT_THAT(error_of("memory = 64M"),
              StartsWith("cloister: " + file_ +
                         ":1:12: this is not TOML, in which a text such as "
                         "\"64M\" stands in quotes: "));
}

TEST_F(ConfigFileOfARun, WhoseOverrideHasNoFilterIsAnError) {
  EXPECT_EQ(error_of("[[override]]"),
            "cloister: " + file_ +
                ":1:1: this override has no filter; it takes a filter of test names such as "
                "'StorageTest.*'\n");
}

TEST_F(ConfigFileOfARun, WithoutTheProfileThatIsAskedForIsAnError) {
  EXPECT_EQ(error_of("[profile.ci]\n[profile.soak]", {"--cloister_profile=cj"}),
            "cloister: the flag --cloister_profile names the profile 'cj', but those of " + file_ +
                " are ci, soak\n");
}

TEST_F(ConfigFileOfARun, ThatIsNamedAndNotThereIsAnError) {
  const Ended ended = run_below({"--cloister_config=nowhere.toml"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_EQ(ended.err,
            "cloister: cannot open 'nowhere.toml', which the flag --cloister_config names: No such "
            "file or directory (ENOENT)\n");
}

TEST_F(ConfigFileOfARun, ThatIsFoundAndCannotBeReadIsAnError) {
  std::filesystem::create_directory(file_);
  const Ended ended = run_below({kOne});
  EXPECT_EQ(ended.status, 2);
  EXPECT_EQ(ended.err, "cloister: cannot read '" + file_ +
                           "': Is a directory (EISDIR); --cloister_config=none runs without it\n");
}

// The full names behind --gtest_list_tests.
std::set<std::string> listed(const std::string& list) {
  std::set<std::string> names;
  std::string suite;
  std::istringstream lines(list);
  for (std::string line; std::getline(lines, line) && line != "main goes on";) {
    const std::string name = line.substr(0, line.find("  # "));
    if (line.starts_with("  ")) {
      names.insert(suite + name.substr(2));
    } else {
      suite = name;
    }
  }
  return names;
}

class FilterOfAnOverride : public ConfigFileOfARun,
                           public testing::WithParamInterface<const char*> {};

TEST_P(FilterOfAnOverride, MatchesTheTestsThatGoogleTestsOwnWould) {
  write(std::string("[[override]]\nfilter = '") + GetParam() +
        "'\noptional = true\nhostname = 'hit'");
  std::set<std::string> hit;
  for (const auto& [test, hostname] : hostnames(explain_below({"--gtest_also_run_disabled_tests"})))
    if (hostname == "hit") hit.insert(test);
  const std::string filter = std::string("--gtest_filter=") + GetParam();
  EXPECT_EQ(hit, listed(run_below({"--gtest_list_tests", filter}).out));
}
INSTANTIATE_TEST_SUITE_P(Each, FilterOfAnOverride,
                         testing::Values("*", "", "Plain.*", "Plain", "*.F?rst", "Few/Values.*/?",
                                         "Plain.*-*Fails*:*Skips", "-Plain.*:*/1", "-",
                                         "*-Plain.*-Suite.*", "*a*i*s*", "Plain.Passes::Names.*",
                                         "By hand.with ?, ?, *"));

// A test binary may have a toml++ of its own, of another version.
TEST(TomlPlusPlus, IsNotSeenInTestBinaries) {
  const Ended symbols = run({{"nm", "-C", guest("everything")}});
  EXPECT_THAT(symbols.out, HasSubstr("cloister_toml::"));
  EXPECT_THAT(symbols.out, Not(testing::ContainsRegex("[^_a-z]toml::")));
}

}  // namespace
}  // namespace cloister::selftests
