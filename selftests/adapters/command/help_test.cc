// What is said about the options agrees: --help, the man pages, bash's completion and the program.
#include <gmock/gmock.h>

#include <algorithm>
#include <iterator>
#include <regex>
#include <set>

#include "selftests/adapters/command/cloister.h"

namespace cloister::selftests {
namespace {

using Options = std::set<std::string>;

// "--memory", "-q"
Options options_in(std::string text) {
  static const std::regex kOption(R"((^|[\s\[(])(--?[a-zA-Z][a-zA-Z-]*))");
  Options options;
  for (std::sregex_iterator found(text.begin(), text.end(), kOption), end; found != end; ++found)
    options.insert((*found)[2]);
  return options;
}

std::string help_of(const std::string& subcommand) {
  return run({{tool("cloister"), subcommand, "--help"}}).out;
}

// The options of the help that no example of it uses alone.
Options helped(const std::string& subcommand) {
  const std::string help = help_of(subcommand);
  Options options = options_in(help.substr(0, help.find("\nexamples:")));
  options.erase("--no-");
  options.erase("--no-pid");
  return options;
}

TEST(FullDisk, BehindStdoutIsSaidAndIsNoSuccess) {
  for (const char* words : {"--help", "--version", "exec --help", "exec --explain -- true"}) {
    const Ended ended = run({{"sh", "-c", tool("cloister") + " " + words + " >/dev/full"}});
    EXPECT_EQ(ended.status, 125) << words << ended.err;
    EXPECT_TRUE(ended.contains("cloister: cannot write everything to stdout: No space left"))
        << words;
  }
}

class Subcommand : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Each, Subcommand, testing::Values("exec", "run", "audit", "doctor"));

TEST_P(Subcommand, HelpFitsAScreenAndShowsTwoExamples) {
  const std::string help = help_of(GetParam());
  EXPECT_LE(std::ranges::count(help, '\n'), 50);
  const std::size_t examples = help.find("\nexamples:\n");
  ASSERT_NE(examples, std::string::npos) << help;
  EXPECT_EQ(std::ranges::count(help.substr(examples + 11), '\n'), 2);
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

TEST_P(Subcommand, HelpNamesOnlyOptionsThatThereAre) {
  for (const std::string& option : helped(GetParam())) {
    const Ended ended = run({{tool("cloister"), GetParam(), option}});
    EXPECT_FALSE(ended.contains("there is no option")) << option << ended.err;
  }
}

TEST_P(Subcommand, ManPageHasTheOptionsOfTheHelp) {
  std::string page = content_of(std::string(SOURCE) + "/docs/man/cloister-" + GetParam() + ".1");
  page = std::regex_replace(page, std::regex(R"(\\-)"), "-");
  page = std::regex_replace(page, std::regex(R"([",])"), " ");
  const Options in_page = options_in(page);
  for (const std::string& option : helped(GetParam()))
    EXPECT_TRUE(in_page.contains(option)) << option << " is missing in the man page";
}

// What bash offers for words typed after "cloister".
Options completed(const std::vector<std::string>& words) {
  std::string script =
      ". " SOURCE "/adapters/command/cloister.bash; COMP_WORDS=(" + tool("cloister");
  for (const std::string& word : words) script += " '" + word + "'";
  script += "); COMP_CWORD=" + std::to_string(words.size()) +
            "; _cloister \"${COMP_WORDS[0]}\"; printf '%s\\n' \"${COMPREPLY[@]}\"";
  std::istringstream lines(run({{"bash", "-c", script}}).out);
  return {std::istream_iterator<std::string>(lines), {}};
}

TEST_P(Subcommand, CompletionOffersTheOptionsOfTheHelp) {
  const Options offered = completed({GetParam(), "-"});
  for (const std::string& option : helped(GetParam()))
    EXPECT_TRUE(offered.contains(option)) << option;
}

TEST(Completion, OffersSubcommands) {
  const Options offered = completed({""});
  EXPECT_TRUE(offered.contains("exec"));
  EXPECT_TRUE(offered.contains("run"));
  EXPECT_TRUE(offered.contains("audit"));
  EXPECT_TRUE(offered.contains("doctor"));
  EXPECT_EQ(completed({"ex"}), Options{"exec"});
}

TEST(Completion, OffersValues) {
  EXPECT_EQ(completed({"exec", "--setgroups", ""}), (Options{"allow", "deny"}));
  EXPECT_EQ(completed({"exec", "--net", "=", "l"}), Options{"loopback"});
  EXPECT_EQ(completed({"run", "--kind", "b"}), Options{"boost"});
  EXPECT_EQ(completed({"exec", "--mem"}), (Options{"--memory", "--memory-high"}));
}

TEST(Completion, OffersCommandsAfterTheDashes) {
  EXPECT_TRUE(completed({"exec", "--", "hostna"}).contains("hostname"));
}

TEST(Cloister, NamesItsSubcommands) {
  const std::string help = run({{tool("cloister"), "--help"}}).out;
  EXPECT_THAT(help, testing::HasSubstr("\n  exec  "));
  EXPECT_THAT(help, testing::HasSubstr("\n  run  "));
  EXPECT_THAT(help, testing::HasSubstr("\n  audit  "));
  EXPECT_THAT(help, testing::HasSubstr("\n  doctor  "));
  EXPECT_EQ(run({{tool("cloister")}}).status, 2);
  EXPECT_THAT(run({{tool("cloister"), "exce"}}).err, testing::HasSubstr("'exce' is no subcommand"));
}

}  // namespace
}  // namespace cloister::selftests
