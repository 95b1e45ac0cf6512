// Binaries that answer badly when they are asked, and command lines that name what is not there.
#include <gtest/gtest.h>

#include "selftests/adapters/command/run/cloister_run.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;

// tests_not_a_test under a name that says how it misbehaves.
class Asking : public testing::Test {
 protected:
  static Ended ask(const std::string& how, const std::vector<std::string>& options = {}) {
    const std::string program = scratch(how);
    std::filesystem::remove(program);
    std::filesystem::create_symlink(tool("tests_not_a_test"), program);
    std::vector<std::string> words = options;
    words.push_back(program);
    Ended ended = run(cloister_run(words));
    std::filesystem::remove(program);
    return ended;
  }
};

TEST_F(Asking, GarbageIsNoTestBinary) {
  const Ended ended = ask("prints");
  EXPECT_EQ(ended.status, 3);
  EXPECT_THAT(ended.err, HasSubstr("name it with --kind"));
}
TEST_F(Asking, ACrashIsSaid) {
  const Ended ended = ask("crashes");
  EXPECT_EQ(ended.status, 3);
  EXPECT_THAT(ended.err, HasSubstr("it was killed by SIGSEGV"));
}
TEST_F(Asking, AHangEndsAtTheTimeout) {
  const Ended ended = ask("hangs", {"--ask-timeout", "300ms"});
  EXPECT_EQ(ended.status, 3);
  EXPECT_THAT(ended.err, HasSubstr("it gave no answer within 300 ms"));
}
TEST_F(Asking, AFloodIsCutOff) {
  const Ended ended = ask("floods", {"--ask-timeout", "1s"});
  EXPECT_EQ(ended.status, 3);
  EXPECT_THAT(ended.err, HasSubstr("it printed more than 16 MiB"));
  EXPECT_LT(ended.peak_kib, 200 * 1024);
}
TEST_F(Asking, ABinaryWithoutAListHasNone) {
  const Ended ended = ask("lies");
  EXPECT_EQ(ended.status, 3);
  EXPECT_THAT(ended.err, HasSubstr("it wrote none"));
}
TEST_F(Asking, WhatEndsWithAStatusIsQuotedWithItsLastLine) {
  const Ended ended = ask("refuses");
  EXPECT_EQ(ended.status, 3);
  EXPECT_THAT(ended.err,
              HasSubstr("it ended with status 255, and said last: usage: it [--data DIR]; "
                        "name it with --kind"));
}
// Its tests would be seen outside.
TEST_F(Asking, IsDoneInACell) {
  const std::string mark = "/tmp/cloister-heedless";
  const Ended ended = run(cloister_run({tool("tests_heedless")}));
  EXPECT_EQ(ended.status, 3);
  EXPECT_EQ(std::filesystem::remove(mark), !lane_gives("private /tmp and /dev/shm"));
}
// No answer takes longer than the program does.
TEST_F(Asking, DoesNotWaitForAnything) {
  const auto begin = std::chrono::steady_clock::now();
  run(cloister_run({"--list", tool("tests_googletest")}));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}
TEST_F(Asking, AMissingBinaryIsNamed) {
  const Ended ended = run(cloister_run({"/nowhere/a_test"}));
  EXPECT_EQ(ended.status, 3);
  EXPECT_THAT(ended.err, HasSubstr("cannot execute '/nowhere/a_test': No such file or directory"));
}

TEST(CommandLine, ATestThatNoBinaryHasIsAnError) {
  const Ended ended = run(cloister_run({"--test", "Ends.Passed", tool("tests_googletest")}));
  EXPECT_EQ(ended.status, 4);
  EXPECT_THAT(ended.err, HasSubstr("no binary has it"));
  EXPECT_THAT(ended.err, HasSubstr("did you mean 'Ends.Passes'?"));
}
TEST(CommandLine, ANameThatCannotBeSelectedIsRefused) {
  const Ended ended =
      run(cloister_run({"--disabled", "--test", "exclude:itself", tool("tests_catch2")}));
  EXPECT_EQ(ended.status, 3);
  EXPECT_THAT(ended.err,
              HasSubstr("Catch2 cannot be told to run 'exclude:itself' alone: 'exclude:' "
                        "begins an exclusion; rename it"));
}
TEST(Gone, ATestThatTheBinaryHasNoMoreFails) {
  const Results results = run_tests({"--test", "Gone.InTheCell", tool("tests_googletest")});
  EXPECT_EQ(results.ended.status, 1);
  EXPECT_THAT(results.ended.out, HasSubstr("without having run it: the binary has no such test "
                                           "any more"));
}
TEST(CommandLine, NothingSelectedIsAnError) {
  EXPECT_EQ(run(cloister_run({"--filter", "None.*", tool("tests_googletest")})).status, 4);
}
TEST(CommandLine, WrongValuesAreNamed) {
  for (const auto& [option, value] : {std::pair("--shard", "4/3"),
                                      {"--kind", "junit"},
                                      {"--jobs", "0"},
                                      {"--jobs", "automatic"},
                                      {"--ask-timeout", "soon"},
                                      {"--memory", "x"}}) {
    const Ended ended = run(cloister_run({option, value, tool("tests_googletest")}));
    EXPECT_EQ(ended.status, 2);
    EXPECT_THAT(ended.err, HasSubstr(std::string("the option ") + option));
  }
}
TEST(CommandLine, HelpFitsAScreenWithExamples) {
  const Ended ended = run(cloister_run({"--help"}));
  EXPECT_EQ(ended.status, 0);
  EXPECT_LE(std::ranges::count(ended.out, '\n'), 40);
  EXPECT_THAT(ended.out, HasSubstr("examples:\n  cloister run "));
}

TEST(Environment, OfTheRunnerSelectsNothing) {
  Program program = cloister_run({"--filter=Ends.Passes", tool("tests_googletest")});
  program.environment = {"GTEST_FILTER=Nothing",
                         "GTEST_TOTAL_SHARDS=2",
                         "GTEST_SHARD_INDEX=1",
                         "GTEST_OUTPUT=json:/nowhere/x",
                         "TESTBRIDGE_TEST_ONLY=None",
                         "GTEST_SHARD_STATUS_FILE=" + scratch("shard"),
                         "TEST_PREMATURE_EXIT_FILE=" + scratch("early"),
                         "XML_OUTPUT_FILE=" + scratch("xml")};
  const Results results = results_of(program);
  EXPECT_EQ(results.ended.status, 0) << results.ended.out << results.ended.err;
  for (const char* file : {"shard", "early", "xml"})
    EXPECT_FALSE(std::filesystem::exists(scratch(file))) << file;
}

}  // namespace
}  // namespace cloister::selftests
