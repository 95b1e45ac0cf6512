#include "adapters/googletest/options.h"

#include <gtest/gtest.h>

#include <map>

namespace cloister::googletest {
namespace {

using namespace std::chrono_literals;

auto parse(const std::vector<std::string>& arguments,
           const std::map<std::string, std::string>& environment = {}) {
  return parse_options(arguments, [&](const char* name) -> const char* {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  });
}

std::string error_of(const std::vector<std::string>& arguments,
                     const std::map<std::string, std::string>& environment = {}) {
  const auto options = parse(arguments, environment);
  return options ? "no error" : options.error();
}

TEST(Options, AreOnAndAutomaticByDefault) {
  const auto options = parse({"program", "--gtest_filter=*", "cloister", "--cloisterfoo"});
  ASSERT_TRUE(options);
  EXPECT_TRUE(options->enabled);
  EXPECT_EQ(options->jobs, 0);
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
  EXPECT_EQ(error_of({"program", "--cloister_exit=abort"}),
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

TEST(Options, AWrongValueIsNamedWithWhatIsAllowed) {
  EXPECT_EQ(error_of({"program", "--cloister_memory=lots"}),
            "cloister: the flag --cloister_memory has the value 'lots'; it takes a size such as "
            "512K, 64M or 1GiB, "
            "or 'none'");
  EXPECT_EQ(error_of({"program"}, {{"CLOISTER_NETWORK", "wifi"}}),
            "cloister: the environment variable CLOISTER_NETWORK has the value 'wifi'; it takes "
            "none, loopback or "
            "host");
  EXPECT_EQ(error_of({"program", "--cloister_jobs=0"}),
            "cloister: the flag --cloister_jobs has the value '0'; it takes a whole number from 1 "
            "to 400, or 'auto'");
}

TEST(Options, AnUnknownFlagIsAnError) {
  EXPECT_EQ(error_of({"program", "--cloister_memroy=64M"}),
            "cloister: there is no flag --cloister_memroy; --help lists those there are");
}

TEST(Options, NothingIsTakenBehindADoubleDash) {
  EXPECT_EQ(error_of({"program", "--", "--cloister_x"}), "no error");
}

TEST(OptionsHelp, ListsEveryFlagOnALine) {
  const std::string help = options_help();
  for (const char* flag :
       {"--cloister ", "--cloister_jobs ", "--cloister_memory ", "--cloister_keep_fds "}) {
    EXPECT_NE(help.find(std::string("\n  ") + flag), std::string::npos) << flag;
  }
}

}  // namespace
}  // namespace cloister::googletest
