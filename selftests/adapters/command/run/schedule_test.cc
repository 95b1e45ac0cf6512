// One schedule for all binaries: shards, fail-fast, lists, settings, and an end by signal.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "selftests/adapters/command/run/cloister_run.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kAll = {"googletest", "catch2", "doctest", "boost_test"};

std::vector<std::string> all_binaries(std::vector<std::string> options) {
  for (const std::string& name : kAll) options.push_back(tool("tests_" + name));
  return options;
}

TEST(Schedule, HasAllBinariesInOneSummary) {
  const Results results = run_tests(all_binaries({"--filter=*asses", "--jobs", "2"}));
  EXPECT_EQ(results.ended.status, 0) << results.ended.out << results.ended.err;
  EXPECT_THAT(results.ended.out, HasSubstr("summary: 5 tests of 4 binaries"));
  EXPECT_THAT(results.ended.out, HasSubstr("5 passed, 0 failed, 0 skipped"));
}

TEST(Shards, TogetherAreEveryTestOnce) {
  const std::vector<std::string> some = {"--filter=*odd*:Odd*:outer*:*same"};
  std::vector<std::string> shared;
  for (const char* shard : {"1/3", "2/3", "3/3"}) {
    auto words = all_binaries(some);
    words.insert(words.end(), {"--shard", shard, "--list"});
    std::istringstream lines(run(cloister_run(words)).out);
    for (std::string line; std::getline(lines, line);) shared.push_back(line);
  }
  auto words = all_binaries(some);
  words.emplace_back("--list");
  std::istringstream lines(run(cloister_run(words)).out);
  std::vector<std::string> whole;
  for (std::string line; std::getline(lines, line);) whole.push_back(line);
  EXPECT_GT(whole.size(), 15U);
  EXPECT_THAT(shared, testing::UnorderedElementsAreArray(whole));
}

TEST(WhatATestLeaves, IsANoteOfAPass) {
  const Ended ended = run(cloister_run({"--filter=Keeps.*", tool("tests_googletest")}));
  EXPECT_EQ(ended.status, 0) << ended.out;
  EXPECT_THAT(
      ended.err,
      HasSubstr("cloister: note: Keeps.SystemVSharedMemory left 1 System V shared memory segment"));
}

TEST(WhatATestLeaves, IsTheFailureAndNoNoteWhereItIsToFail) {
  const Ended ended =
      run(cloister_run({"--leaks=fail", "--filter=Keeps.*", tool("tests_googletest")}));
  EXPECT_EQ(ended.status, 1) << ended.out;
  EXPECT_THAT(ended.out, HasSubstr("left:   1 System V shared memory segment"));
  EXPECT_THAT(ended.err, testing::Not(HasSubstr("note: Keeps")));
}

TEST(FailFast, StartsNothingAfterAFailure) {
  const Results results =
      run_tests({"--fail-fast", "--jobs=1", "--filter=Ends.Fails:Ends.Skips:Odd.*",
                 tool("tests_googletest")});
  EXPECT_EQ(results.verdicts.size(), 1U) << results.ended.out;
  EXPECT_THAT(results.ended.out, HasSubstr("1 failed, 0 skipped, 6 not run"));
  EXPECT_EQ(results.ended.status, 1);
}

TEST(List, IsJsonForPrograms) {
  const Ended ended = run(cloister_run({"--list", "--json", tool("tests_catch2")}));
  const auto list = nlohmann::json::parse(ended.out);
  const auto is_hidden = [](const auto& test) {
    return test["name"] == "hidden" && test["disabled"];
  };
  EXPECT_TRUE(std::ranges::any_of(list["tests"], is_hidden)) << ended.out;
  EXPECT_EQ(list["tests"][0]["kind"], "catch2");
}

TEST(Settings, OfCloisterTomlApplyByTheNameOfTheTest) {
  const std::string file = scratch("run.toml");
  std::ofstream(file) << "[[override]]\nfilter = \"*angs\"\ndeadline = \"400ms\"\n";
  const Results results =
      run_tests({"--config", file, "--filter=hangs:passes", tool("tests_catch2")});
  EXPECT_THAT(results.ended.out, HasSubstr("its deadline of 400 ms"));
  EXPECT_EQ(results.verdicts.at("passes"), "PASS");
  std::filesystem::remove(file);
}

TEST(Settings, OfAnOverrideAreAboveAllOthers) {
  const Results results = run_tests({"--deadline=1h", "--override=*angs: deadline=400ms",
                                     "--filter=hangs:passes", tool("tests_catch2")});
  EXPECT_THAT(results.ended.out, HasSubstr("its deadline of 400 ms"));
  EXPECT_EQ(results.verdicts.at("passes"), "PASS");
  // Which the test that is alone knows, too, and a binary that has settings in its code.
  EXPECT_EQ(run_tests({"--deadline=1h", "--kind=catch2", "--test=hangs",
                       "--override=hangs: deadline=400ms", tool("tests_catch2")})
                .verdicts.at("hangs"),
            "TIMEOUT");
  EXPECT_EQ(run_tests({"--deadline=1h", "--test=Linked.Hangs",
                       "--override=Linked.*: deadline=400ms", tool("tests_linked")})
                .verdicts.at("Linked.Hangs"),
            "TIMEOUT");
}

TEST(Settings, OfAnOverrideForNoTestAreRefused) {
  const Ended refused =
      run(cloister_run({"--override=pases: memory=1G", "--test=passes", tool("tests_catch2")}));
  EXPECT_EQ(refused.status, 2);
  EXPECT_EQ(refused.err,
            "cloister run: the filter 'pases' of --override matches no test; did you mean "
            "'passes'?\n");
}

TEST(Settings, ForNoTestOfAnyBinaryAreRefused) {
  const std::string file = scratch("unmatched.toml");
  const auto status = [&file](const std::string& filter, const std::string& binary) {
    std::ofstream(file) << "[[override]]\nfilter = '" << filter << "'\ndeadline = '40s'\n";
    return run(cloister_run({"--config", file, "--test", "passes", "--test",
                             "Few/Numbers.AreSmall/0", tool("tests_catch2"), binary}));
  };
  // Of the one or of the other.
  for (const char* filter : {"passes", "Few/*"})
    EXPECT_EQ(status(filter, tool("tests_googletest")).status, 0) << filter;
  const Ended refused = status("pases", tool("tests_googletest"));
  EXPECT_EQ(refused.status, 2);
  EXPECT_EQ(refused.out, "");
  EXPECT_EQ(refused.err, "cloister run: " + file +
                             ":2:10: the filter 'pases' of this override matches no test; did you "
                             "mean 'passes'?\n");
  std::filesystem::remove(file);
}

TEST(Settings, ForAnotherBinaryDoNotEndOneThatIsLinked) {
  const std::string file = scratch("other.toml");
  std::ofstream(file) << "[[override]]\nfilter = 'passes'\ndeadline = '40s'\n";
  const Results results = run_tests({"--config", file, "--filter=passes:Linked.HasTheCellOfItsCode",
                                     tool("tests_catch2"), tool("tests_linked")});
  EXPECT_EQ(results.ended.out.find("ended with status 2"), std::string::npos) << results.ended.out;
  EXPECT_EQ(results.verdicts.at("passes"), "PASS");
  EXPECT_EQ(results.verdicts.at("Linked.HasTheCellOfItsCode"), "PASS");
  std::filesystem::remove(file);
}

TEST(Settings, ASkipStatusIsForRunsWithoutAPass) {
  const std::string binary = tool("tests_googletest");
  EXPECT_EQ(run(cloister_run({"--skip-status=77", "--test", "Ends.Skips", binary})).status, 77);
  EXPECT_EQ(run(cloister_run({"--skip-status=77", "--test", "Ends.Passes", binary})).status, 0);
  EXPECT_EQ(run(cloister_run({"--skip-status=77", "--test", "Ends.Fails", binary})).status, 1);
}

TEST(Flags, BehindTwoDashesGoToTheBinary) {
  const Ended ended =
      run(cloister_run({tool("tests_googletest"), "--filter=Ends.Fails", "--", "--gtest_brief=1"}));
  EXPECT_THAT(ended.out, testing::Not(HasSubstr("[ RUN      ]")));
}

// A process below this one has that word on its command line.
bool runs(const std::string& word) {
  for (const std::string& process : descendants()) {
    std::ifstream file("/proc/" + process.substr(0, process.find(' ')) + "/cmdline");
    std::string command;
    std::getline(file, command);  // reading by iterators would throw where it has just ended
    if (command.find(word) != std::string::npos) return true;
  }
  return false;
}

constexpr char kAsked[] = "--help";
struct Interruption {
  int signal;
  std::string binary;
  std::vector<std::string> options;
  std::string runs;  // on the command line of what is running then
};

void PrintTo(const Interruption& interruption, std::ostream* out) { *out << interruption.binary; }

class Interrupt : public testing::TestWithParam<Interruption> {
 protected:
  // It, as it runs, and what it prints.
  static std::string interrupt(int& status) {
    adopt_orphans();  // nothing that is left over can hide
    int out[2];
    EXPECT_EQ(pipe(out), 0);
    std::vector<std::string> options = GetParam().options;
    std::string binary = tool(GetParam().binary);
    if (GetParam().runs == kAsked) {  // its name says what it does
      binary = scratch("hangs");
      std::filesystem::remove(binary);
      std::filesystem::create_symlink(tool(GetParam().binary), binary);
    }
    options.push_back(binary);
    Program program = cloister_run(options);
    const pid_t pid = fork();
    if (pid == 0) {
      dup2(out[1], 1);
      dup2(out[1], 2);
      std::vector<char*> words;
      for (std::string& word : program.command) words.push_back(word.data());
      words.push_back(nullptr);
      setenv("CLOISTER_CONFIG", "none", 1);
      execv(words[0], words.data());
      _exit(127);
    }
    close(out[1]);
    EXPECT_TRUE(holds_within(std::chrono::seconds(20), [] { return runs(GetParam().runs); }));
    usleep(200 * 1000);
    kill(pid, GetParam().signal);
    std::string text;
    char buffer[4096];
    for (ssize_t got = 0; (got = read(out[0], buffer, sizeof buffer)) > 0;)
      text.append(buffer, static_cast<std::size_t>(got));
    close(out[0]);
    waitpid(pid, &status, 0);
    if (GetParam().runs == kAsked) std::filesystem::remove(binary);
    return text;
  }
};

TEST_P(Interrupt, EndsEverythingSaysWhatWasRunningAndIsTheExitStatus) {
  int status = 0;
  const std::string text = interrupt(status);
  EXPECT_EQ(WEXITSTATUS(status), 128 + GetParam().signal) << text;
  const bool asked = GetParam().runs == kAsked;
  EXPECT_THAT(text, HasSubstr(asked ? "--help': interrupted by SIG"
                                    : "interrupted while these were running:\n    " +
                                          GetParam().binary + "  "));
  if (!asked) {
    EXPECT_THAT(text, HasSubstr("\ninterrupted: 1 test of 1 binary in "));
  }
  EXPECT_TRUE(holds_within(std::chrono::seconds(5), [] { return descendants().empty(); }));
}

std::set<std::string> reports_in_tmp() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator("/tmp")) {
    const std::string name = entry.path().filename();
    if (name.starts_with(".cloister-report-")) names.insert(name);
  }
  return names;
}

class InterruptInTheHostsTmp : public Interrupt {};
TEST_P(InterruptInTheHostsTmp, LeavesNoReportThere) {
  const std::set<std::string> before = reports_in_tmp();
  int status = 0;
  interrupt(status);
  // Others' come and go.
  std::set<std::string> left = reports_in_tmp();
  std::erase_if(left, [&](const std::string& name) { return before.contains(name); });
  EXPECT_TRUE(holds_within(std::chrono::seconds(10), [&] {
    const std::set<std::string> now = reports_in_tmp();
    return std::ranges::none_of(left, [&](const std::string& name) { return now.contains(name); });
  }));
}
INSTANTIATE_TEST_SUITE_P(By, InterruptInTheHostsTmp,
                         testing::Values(Interruption{SIGTERM,
                                                      "tests_googletest",
                                                      {"--private-tmp=off", "--filter=*.Hangs"},
                                                      "--gtest_filter=Ends.Hangs"}));

const std::vector<std::string> kHangs = {"--filter=*.Hangs"};
INSTANTIATE_TEST_SUITE_P(
    By, Interrupt,
    testing::Values(Interruption{SIGINT, "tests_googletest", kHangs, "--gtest_filter=Ends.Hangs"},
                    Interruption{SIGTERM, "tests_googletest", kHangs, "--gtest_filter=Ends.Hangs"},
                    Interruption{SIGHUP, "tests_googletest", kHangs, "--gtest_filter=Ends.Hangs"},
                    Interruption{SIGINT, "tests_linked", kHangs, "--gtest_filter=Linked.Hangs"},
                    Interruption{SIGTERM, "tests_linked", kHangs, "--gtest_filter=Linked.Hangs"},
                    Interruption{SIGTERM, "tests_not_a_test", {}, kAsked}),
    [](const auto& of) { return of.param.binary + "_" + std::to_string(of.param.signal); });

}  // namespace
}  // namespace cloister::selftests
