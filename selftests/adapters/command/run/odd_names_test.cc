// Names that a framework's own filter cannot say, decorators, and what is more than a test.
#include "selftests/adapters/command/run/cloister_run.h"

namespace cloister::selftests {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Pair;

TEST(OddNames, OfGoogleTestAreRunExactly) {
  const auto verdicts = run_tests({"--filter=Odd.*", tool("tests_googletest")}).verdicts;
  EXPECT_THAT(verdicts,
              testing::UnorderedElementsAre(Pair("Odd.a-b", "PASS"), Pair("Odd.a:b", "FAIL"),
                                            Pair("Odd.a*b", "PASS"), Pair("Odd.a?b", "FAIL"),
                                            Pair("Odd.axb", "PASS")));
}

TEST(OddNames, ThatNoReportCanSayAreRunByTheirPlaces) {
  const Results results = run_tests({"--disabled", "--filter=Names.*", tool("tests_googletest")});
  EXPECT_THAT(results.ended.out, HasSubstr("summary: 9 tests of 1 binary in "))
      << results.ended.out;
  EXPECT_THAT(results.ended.out, HasSubstr(": 9 passed, 0 failed, 0 skipped\n"));
  EXPECT_THAT(results.verdicts, Contains(Pair("Names.Gr\\xfcn in Latin-1", "PASS")));
  EXPECT_THAT(results.verdicts, Contains(Pair("Names.new\\nline", "PASS")));
  EXPECT_THAT(results.verdicts, Contains(Pair("Names.with \\x01 and \\x1b[0m", "PASS")));
}

TEST(OddNames, OfCatch2AreShownOnOneLine) {
  const auto verdicts = run_tests({"--filter=*named*", tool("tests_catch2")}).verdicts;
  EXPECT_THAT(verdicts, testing::UnorderedElementsAre(Pair("named \\x01 and \\x1b[0m", "PASS"),
                                                      Pair("named Gr\\xfcn", "PASS"),
                                                      Pair("#named", "PASS")));
}

TEST(OddNames, OfDoctestAreShownOnOneLine) {
  const auto verdicts = run_tests({"--filter=*named*", tool("tests_doctest")}).verdicts;
  EXPECT_THAT(verdicts, testing::UnorderedElementsAre(Pair("named \\x01 and \\x1B[0m", "PASS"),
                                                      Pair("named\\non two lines", "PASS"),
                                                      Pair("named Gr\\xFCn", "PASS"),
                                                      Pair("named with spaces around ", "PASS")));
}

TEST(OddNames, ThatAreShownCanBeAskedFor) {
  for (const char* name : {"", "named\\non two lines", "named Gr\\xFCn"}) {
    const Results results = run_tests({std::string("--test=") + name, tool("tests_doctest")});
    EXPECT_THAT(results.ended.out, HasSubstr(": 1 passed, 0 failed, 0 skipped\n"))
        << results.ended.err;
  }
}

TEST(OddNames, ParametersAndTypesOfGoogleTestAreTestsOfTheirOwn) {
  const auto verdicts = run_tests({"--filter=Few/*:Typed/*", tool("tests_googletest")}).verdicts;
  EXPECT_THAT(verdicts, testing::UnorderedElementsAre(Pair("Few/Numbers.AreSmall/0", "PASS"),
                                                      Pair("Few/Numbers.AreSmall/1", "PASS"),
                                                      Pair("Few/Numbers.AreSmall/2", "FAIL"),
                                                      Pair("Typed/0.IsSmall", "FAIL"),
                                                      Pair("Typed/1.IsSmall", "PASS")));
}

TEST(OddNames, OfCatch2AreRunExactly) {
  const auto verdicts = run_tests({"--filter=*odd*", tool("tests_catch2")}).verdicts;
  EXPECT_THAT(verdicts,
              testing::UnorderedElementsAre(
                  Pair("odd, with a comma", "PASS"), Pair("odd [brackets] inside", "PASS"),
                  Pair("odd back\\slash", "PASS"), Pair("odd space behind ", "PASS"),
                  Pair("odd star*", "PASS"), Pair("odd starred", "FAIL"),
                  Pair("~odd tilde", "PASS"), Pair("\"odd quotes\"", "PASS")));
}

TEST(OddNames, OfDoctestAreRunExactly) {
  const auto verdicts = run_tests({"--filter=odd*:*same", tool("tests_doctest")}).verdicts;
  EXPECT_THAT(verdicts, testing::UnorderedElementsAre(
                            Pair("odd, with a comma", "PASS"), Pair("odd* star", "PASS"),
                            Pair("oddly star", "FAIL"), Pair("odd back\\slash", "PASS"),
                            Pair("first/same", "PASS"), Pair("second/same", "FAIL")));
}

TEST(Doctest, ObeysDecoratorsAndCountsSubcases) {
  const auto verdicts = run_tests({"--filter=may*:should*:sub*", tool("tests_doctest")}).verdicts;
  EXPECT_THAT(verdicts,
              testing::UnorderedElementsAre(Pair("may fail", "PASS"), Pair("should fail", "FAIL"),
                                            Pair("subcases", "FAIL")));
}

TEST(Catch2, RunsEverySectionOfATest) {
  const Results results = run_tests({"--test", "sections", tool("tests_catch2")});
  EXPECT_THAT(results.verdicts, Contains(Pair("sections", "FAIL")));
  EXPECT_THAT(results.ended.out, HasSubstr("CHECK( 1 == 2 )"));
}

TEST(BoostTest, RunsNestedSuitesDataAndTypesExactly) {
  const auto verdicts =
      run_tests({"--filter=outer*:numbers*:typed*", tool("tests_boost_test")}).verdicts;
  EXPECT_THAT(verdicts, testing::UnorderedElementsAre(
                            Pair("outer/inner/passes", "PASS"),
                            Pair("outer/inner/described", "PASS"), Pair("numbers/_0", "PASS"),
                            Pair("numbers/_1", "PASS"), Pair("numbers/_2", "FAIL"),
                            Pair("typed<int>", "FAIL"), Pair("typed<char>", "PASS")));
}

TEST(BoostTest, FailsWithWhatItDependsOn) {
  const auto verdicts = run_tests({"--test", "depends", tool("tests_boost_test")}).verdicts;
  EXPECT_THAT(verdicts, Contains(Pair("depends", "FAIL")));
}

}  // namespace
}  // namespace cloister::selftests
