#include "framework/options/options.h"

#include <gtest/gtest.h>

#include <map>

namespace cloister {
namespace {

using namespace std::chrono_literals;

using Environment = std::map<std::string, std::string>;

Result<std::optional<ConfigText>> no_file(const std::string&) { return std::nullopt; }

// A file of that text, whatever it is looked for by.
ReadConfig file(const std::string& text) {
  return [text](const std::string&) { return ConfigText{"c.toml", text}; };
}

auto parse(const std::vector<std::string>& arguments, const Environment& environment = {},
           const ReadConfig& read = no_file) {
  const auto variable = [&](const char* name) -> const char* {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  };
  return parse_options(arguments, variable, read);
}

std::string refusal_of(const std::vector<std::string>& arguments,
                       const Environment& environment = {}, const ReadConfig& read = no_file) {
  const auto options = parse(arguments, environment, read);
  return options ? "no error" : options.error();
}

TEST(Options, AreOnWithAJobPerProcessorByDefault) {
  const auto options = parse({"program", "--gtest_filter=*", "cloister", "--cloisterfoo"});
  ASSERT_TRUE(options);
  EXPECT_TRUE(options->enabled);
  EXPECT_EQ(options->jobs, 0);
  EXPECT_FALSE(options->fill_processors);
  EXPECT_FALSE(options->config.memory);
}

TEST(Options, FlagsAreTaken) {
  const auto options = parse({"program", "--cloister=off", "--cloister_jobs=3",
                              "--cloister_memory=64M", "--cloister_as_root", "--cloister_explain"});
  ASSERT_TRUE(options);
  EXPECT_FALSE(options->enabled);
  EXPECT_EQ(options->jobs, 3);
  EXPECT_EQ(options->config.memory, 64_MiB);
  EXPECT_EQ(options->config.as_root, true);
  EXPECT_TRUE(options->explain);
}

TEST(Options, StaticDestructorsRunOnRequest) {
  EXPECT_FALSE(parse({"program"})->static_destructors);
  EXPECT_TRUE(parse({"program", "--cloister_exit=exit"})->static_destructors);
  EXPECT_EQ(refusal_of({"program", "--cloister_exit=abort"}),
            "cloister: the flag --cloister_exit has the value 'abort'; it takes _exit or exit");
}

TEST(Options, FlagsWinOverTheEnvironment) {
  const auto options =
      parse({"program", "--cloister_deadline=3s"},
            {{"CLOISTER_DEADLINE", "2s"}, {"CLOISTER_JOBS", "7"}, {"CLOISTER", "0"}});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->config.deadline, 3s);
  EXPECT_EQ(options->jobs, 7);
  EXPECT_FALSE(options->enabled);
}

TEST(Options, ThatSayLaterHowManyJobsThereAreWinWhole) {
  const auto automatic = parse({"program", "--cloister_jobs=auto"}, {{"CLOISTER_JOBS", "7"}});
  EXPECT_EQ(automatic->jobs, 0);
  EXPECT_TRUE(automatic->fill_processors);
  const auto number = parse({"program", "--cloister_jobs=7"}, {{"CLOISTER_JOBS", "auto"}});
  EXPECT_EQ(number->jobs, 7);
  EXPECT_FALSE(number->fill_processors);
  const auto processors =
      parse({"program", "--cloister_jobs=processors"}, {}, file("jobs = 'auto'"));
  EXPECT_EQ(processors->jobs, 0);
  EXPECT_FALSE(processors->fill_processors);
}

TEST(Options, AWrongValueIsNamedWithWhatIsAllowed) {
  EXPECT_EQ(refusal_of({"program", "--cloister_memory=lots"}),
            "cloister: the flag --cloister_memory has the value 'lots'; it takes a size such as "
            "512K, 64M or 1GiB, "
            "at most 9e18, or 'none'");
  EXPECT_EQ(refusal_of({"program"}, {{"CLOISTER_NETWORK", "wifi"}}),
            "cloister: the environment variable CLOISTER_NETWORK has the value 'wifi'; it takes "
            "none, loopback or "
            "host");
  EXPECT_EQ(refusal_of({"program", "--cloister_jobs=0"}),
            "cloister: the flag --cloister_jobs has the value '0'; it takes a whole number from 1 "
            "to 2000, 'processors' or 'auto'");
}

TEST(Options, AnUnknownFlagIsAnError) {
  EXPECT_EQ(refusal_of({"program", "--cloister_memroy=64M"}),
            "cloister: there is no flag --cloister_memroy; --help lists all flags");
}

TEST(Options, NothingIsTakenBehindADoubleDash) {
  EXPECT_EQ(refusal_of({"program", "--", "--cloister_x"}), "no error");
}

TEST(OptionsOfAFile, AreBelowTheEnvironmentAndFlags) {
  const auto options = parse({"program", "--cloister_exit=exit"}, {{"CLOISTER_REQUIRE", "0"}},
                             file("jobs = 3\nrequire = true\nexit = '_exit'"));
  ASSERT_TRUE(options);
  EXPECT_EQ(options->jobs, 3);
  EXPECT_FALSE(options->require);
  EXPECT_TRUE(options->static_destructors);
}

TEST(OptionsOfAFile, LeaveItsSettingsBelowThoseOfTheFlags) {
  const auto options =
      parse({"program", "--cloister_memory=2M"}, {}, file("memory = '1M'\ndeadline = 3"));
  ASSERT_TRUE(options);
  EXPECT_EQ(options->config.memory, 2_MiB);
  EXPECT_FALSE(options->config.deadline);
  EXPECT_EQ(options->file.config.memory, 1_MiB);
  EXPECT_EQ(options->file.config.deadline, 3s);
}

constexpr auto kProfiles = R"(
jobs = 3
memory = "1M"
deadline = 4
[[override]]
filter = "*"
memory = "3M"
[profile.ci]
jobs = 5
memory = "2M"
[[profile.ci.override]]
filter = "*"
memory = "4M"
[profile.other]
jobs = 7
)";

TEST(OptionsOfAFile, TakeNoProfileUnasked) {
  const auto options = parse({"program"}, {}, file(kProfiles));
  ASSERT_TRUE(options);
  EXPECT_EQ(options->jobs, 3);
  EXPECT_EQ(options->file.config.memory, 1_MiB);
  EXPECT_EQ(options->file.overrides.size(), 1U);
}

TEST(OptionsOfAFile, TakeAProfileAboveTheTopLevel) {
  const auto options = parse({"program", "--cloister_profile=ci"}, {}, file(kProfiles));
  ASSERT_TRUE(options);
  EXPECT_EQ(options->jobs, 5);
  EXPECT_EQ(options->file.config.memory, 2_MiB);
  EXPECT_EQ(options->file.config.deadline, 4s);
}

TEST(OptionsOfAFile, PutAProfilesOverridesBehindTheOthers) {
  const auto options = parse({"program"}, {{"CLOISTER_PROFILE", "ci"}}, file(kProfiles));
  ASSERT_TRUE(options);
  ASSERT_EQ(options->file.overrides.size(), 2U);
  EXPECT_EQ(options->file.overrides[0].config.memory, 3_MiB);
  EXPECT_EQ(options->file.overrides[1].config.memory, 4_MiB);
}

TEST(OptionsOfAFile, AreReadFromTheFileThatAFlagNamesAboveAVariable) {
  std::string asked;
  const auto read = [&](const std::string& named) {
    asked = named;
    return Result<std::optional<ConfigText>>();
  };
  parse({"program"}, {}, read);
  EXPECT_EQ(asked, "");
  parse({"program"}, {{"CLOISTER_CONFIG", "a.toml"}}, read);
  EXPECT_EQ(asked, "a.toml");
  parse({"program", "--cloister_config=b.toml"}, {{"CLOISTER_CONFIG", "a.toml"}}, read);
  EXPECT_EQ(asked, "b.toml");
}

TEST(OptionsOfAFile, AnUnknownProfileIsNamedWithThoseThereAre) {
  EXPECT_EQ(refusal_of({"program", "--cloister_profile=cj"}, {}, file(kProfiles)),
            "cloister: the flag --cloister_profile names the profile 'cj', but those of c.toml are "
            "ci, other");
  EXPECT_EQ(refusal_of({"program"}, {{"CLOISTER_PROFILE", "ci"}}, file("jobs = 3")),
            "cloister: the environment variable CLOISTER_PROFILE names the profile 'ci', but "
            "c.toml has no profiles");
  EXPECT_EQ(refusal_of({"program", "--cloister_profile=ci"}),
            "cloister: the flag --cloister_profile names the profile 'ci', but there is no "
            "cloister.toml in the working directory or above it");
  EXPECT_EQ(refusal_of({"program", "--cloister_profile=ci"}, {{"CLOISTER_CONFIG", "none"}}),
            "cloister: the flag --cloister_profile names the profile 'ci', but the environment "
            "variable CLOISTER_CONFIG says that no file is read");
}

TEST(OptionsOfAFile, AWrongValueIsNamedWithItsPlace) {
  EXPECT_EQ(refusal_of({"program"}, {}, file("\njobs = 0")),
            "cloister: c.toml:2:8: the setting 'jobs' has the value '0'; it takes a whole number "
            "from 1 to 2000, 'processors' or 'auto'");
}

TEST(OptionsOfAFile, AWrongValueOfAProfileThatIsNotTakenIsAnErrorToo) {
  EXPECT_EQ(refusal_of({"program"}, {}, file("[profile.ci]\nexit = 'abort'")),
            "cloister: c.toml:2:8: the setting 'exit' has the value 'abort'; it takes _exit or "
            "exit");
}

TEST(OptionsOfAFile, ThoseOfOneRunMayNotStandThere) {
  for (const char* name : {"config", "profile", "explain", "cloister", "''"}) {
    EXPECT_NE(refusal_of({"program"}, {}, file(std::string(name) + " = '1'")), "no error") << name;
  }
}

TEST(OptionsOfAFile, AFileThatCannotBeReadIsNamedWithWhoNamedIt) {
  const auto fail = [](const std::string&) -> Result<std::optional<ConfigText>> {
    return std::unexpected(Error{"open 'x.toml'", ENOENT, ""});
  };
  EXPECT_EQ(refusal_of({"program", "--cloister_config=x.toml"}, {}, fail),
            "cloister: cannot open 'x.toml', which the flag --cloister_config names: No such file "
            "or directory (ENOENT)");
  EXPECT_EQ(refusal_of({"program"}, {{"CLOISTER_CONFIG", "x.toml"}}, fail),
            "cloister: cannot open 'x.toml', which the environment variable CLOISTER_CONFIG names: "
            "No such file or directory (ENOENT)");
  EXPECT_EQ(refusal_of({"program"}, {}, fail),
            "cloister: cannot open 'x.toml': No such file or directory (ENOENT); "
            "--cloister_config=none runs without it");
}

TEST(Options, AFileOrProfileWithoutANameIsAnError) {
  EXPECT_EQ(refusal_of({"program", "--cloister_config", "c.toml"}),
            "cloister: the flag --cloister_config has the value ''; it takes a file's name, or "
            "'none'");
  EXPECT_EQ(refusal_of({"program", "--cloister_profile"}),
            "cloister: the flag --cloister_profile has the value ''; it takes the name of a "
            "profile in the file");
}

TEST(OptionsHelp, ListsEveryFlagOnALine) {
  const std::string help = options_help();
  for (const char* flag :
       {"--cloister ", "--cloister_jobs ", "--cloister_memory ", "--cloister_keep_fds "}) {
    EXPECT_NE(help.find(std::string("\n  ") + flag), std::string::npos) << flag;
  }
}

}  // namespace
}  // namespace cloister
