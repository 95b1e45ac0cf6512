// Catch2's lists and reports, of both versions, without a binary of it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/command/kinds/kind.h"

namespace cloister::command {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Names = std::vector<std::string>;

// What a binary answers that has these tests, of which those of `hidden` run only when they are
// asked for. Version 2 writes no report of its list.
Ask version3(const Names& names, const Names& hidden = {}) {
  return [=](const Names& arguments) -> Result<Answer> {
    std::string list;
    for (const std::string& name : names) list += "<TestCase><Name>" + name + "</Name></TestCase>";
    if (arguments.front() == "*") {
      for (const std::string& name : hidden)
        list += "<TestCase><Name>" + name + "</Name></TestCase>";
    }
    return Answer{0, "", "", {"<MatchingTests>" + list + "</MatchingTests>", ""}};
  };
}
Ask version2(const std::string& lines, int status) {
  return [=](const Names&) -> Result<Answer> { return Answer{status, lines, "", {"", ""}}; };
}

std::vector<Test> catch2_tests(const Ask& ask) { return make_catch2()->list(ask).value(); }

Names names_of(const std::vector<Test>& tests) {
  Names names;
  for (const Test& test : tests) names.push_back(test.name);
  return names;
}

TEST(Catch2, IsKnownByItsHelp) {
  EXPECT_TRUE(make_catch2()->answers_so("\nCatch v2.13.10\nusage:"));
  EXPECT_TRUE(make_catch2()->answers_so("Catch2 v3.7.1"));
  EXPECT_FALSE(make_catch2()->answers_so("This program contains tests written using Google Test."));
}

TEST(Catch2, ReportsToTheFirstFile) {
  EXPECT_THAT(make_catch2()->report_arguments(Names{"/report", "/other"}),
              ElementsAre("--reporter", "xml", "--out", "/report"));
}

TEST(Catch2, HasAStatusOfItsOwnForASkippedTest) {
  EXPECT_TRUE(make_catch2()->is_success(4, ReportedResult::kSkipped));
  EXPECT_FALSE(make_catch2()->is_success(4, ReportedResult::kPassed));
  EXPECT_FALSE(make_catch2()->is_success(1, ReportedResult::kSkipped));
  EXPECT_TRUE(make_catch2()->is_success(0, ReportedResult::kPassed));
}

TEST(Catch2List, OfVersion3IsItsReport) {
  EXPECT_THAT(names_of(catch2_tests(version3({"one", "two"}))), ElementsAre("one", "two"));
}

TEST(Catch2List, OfVersion2IsALineForEachTest) {
  EXPECT_THAT(names_of(catch2_tests(version2("one\ntwo\n", 2))), ElementsAre("one", "two"));
}

TEST(Catch2List, OfVersion2HasNamesInQuotesThatLookLikeComments) {
  EXPECT_THAT(names_of(catch2_tests(version2("\"#one\"\n\"two\"\n", 2))),
              ElementsAre("#one", "\"two\""));
}

TEST(Catch2List, OfVersion2IsNoneWhereItsStatusCountsOthers) {
  const auto tests = make_catch2()->list(version2("hello\none\n", 1));
  ASSERT_FALSE(tests);
  EXPECT_EQ(tests.error().text(),
            "cannot read its list of tests: it printed 2 lines and ended with status 1, which "
            "counts the tests; keep its main() from printing, and test names to one line");
}

TEST(Catch2List, OfVersion2IsCountedAsFarAsAStatusGoes) {
  std::string lines;
  for (int i = 0; i < 300; ++i) lines += fmt::format("test {}\n", i);
  EXPECT_EQ(catch2_tests(version2(lines, 255)).size(), 300U);
  EXPECT_EQ(catch2_tests(version2(lines, 300 - 256)).size(), 300U);
}

TEST(Catch2List, HasHiddenTestsAsDisabled) {
  const auto tests = catch2_tests(version3({"shown"}, {"hidden"}));
  ASSERT_EQ(tests.size(), 2U);
  EXPECT_FALSE(tests[0].disabled);
  EXPECT_TRUE(tests[1].disabled);
}

TEST(Catch2List, ThatCannotBeAskedForIsAnError) {
  const auto tests = make_catch2()->list(
      [](const auto&) -> Result<Answer> { return std::unexpected(Error{"start it", 0, ""}); });
  ASSERT_FALSE(tests);
  EXPECT_EQ(tests.error().doing, "start it");
}

TEST(Catch2List, HasNamesThatCanBePrintedAndThoseOfTheReport) {
  const auto tests = catch2_tests(version2("  a\tb \n", 1));
  ASSERT_EQ(tests.size(), 1U);
  EXPECT_EQ(tests[0].name, "  a\\x09b ");
  EXPECT_EQ(tests[0].report_name, "a\tb");
}

TEST(Catch2Test, IsAskedForByItsNameInQuotes) {
  const auto tests = catch2_tests(version3({"one [tag]"}));
  EXPECT_THAT(tests.at(0).arguments, ElementsAre("\"one [tag]\""));
  EXPECT_TRUE(tests.at(0).is_asked_by_name);
}

TEST(Catch2Test, HasBackslashesBeforeWhatMeansSomethingInASpecification) {
  EXPECT_THAT(catch2_tests(version2("a, \"b\"\\c\n", 1)).at(0).arguments,
              ElementsAre(R"("a\, \"b\"\\c")"));
}

TEST(Catch2Test, WithAStarAtAnEndLeavesTheOthersOutThatItTakesAlong) {
  const auto tests = catch2_tests(version3({"odd*", "oddly", "even", "*ven"}));
  EXPECT_THAT(tests[0].arguments, ElementsAre(R"("odd*"~"oddly")"));
  EXPECT_THAT(tests[1].arguments, ElementsAre(R"("oddly")"));
  EXPECT_THAT(tests[3].arguments, ElementsAre(R"("*ven"~"even")"));
}

TEST(Catch2Test, WithStarsAtBothEndsTakesAlongWhatHoldsItsName) {
  EXPECT_THAT(catch2_tests(version3({"*odd*", "an oddity"})).at(0).arguments,
              ElementsAre(R"("*odd*"~"an oddity")"));
}

TEST(Catch2Test, CannotRunAloneWhereAnotherDiffersByCaseOnly) {
  const auto tests = catch2_tests(version3({"Name", "name"}));
  EXPECT_THAT(tests[0].arguments, IsEmpty());
  EXPECT_EQ(tests[0].refusal,
            "Catch2 cannot be told to run 'Name' alone: its name is that of 'name' to Catch2; "
            "rename it");
}

TEST(Catch2Test, CannotRunAloneWhereItsNameBeginsAnExclusion) {
  EXPECT_EQ(catch2_tests(version3({"exclude:all"})).at(0).refusal,
            "Catch2 cannot be told to run 'exclude:all' alone: 'exclude:' begins an exclusion; "
            "rename it");
}

FrameworkReport catch2_report(const std::string& inside) {
  return make_catch2()->read(Names{"<Catch><Group>" + inside + "</Group></Catch>", ""});
}
ReportedTest catch2_reported(const std::string& inside) {
  return catch2_report("<TestCase name=\"one\">" + inside + "</TestCase>").ran.at(0);
}

TEST(Catch2Report, NamesATestThatHasPassed) {
  const auto told = catch2_report(
      "<TestCase name=\" one \"><OverallResult success=\"true\"/>"
      "</TestCase>");
  EXPECT_TRUE(told.whole);
  ASSERT_EQ(told.ran.size(), 1U);
  EXPECT_EQ(told.ran[0].report_name, "one");
  EXPECT_EQ(told.ran[0].said, ReportedResult::kPassed);
  EXPECT_EQ(told.ran[0].message, "");
}

TEST(Catch2Report, SaysWhatFailed) {
  const auto ran = catch2_reported(
      "<Section><Expression success=\"false\" type=\"CHECK\" filename=\"a.cc\" line=\"3\">"
      "<Original>\n  a == b\n</Original><Expanded>\n  1 == 2\n</Expanded></Expression></Section>"
      "<OverallResult success=\"false\"/>");
  EXPECT_EQ(ran.said, ReportedResult::kFailed);
  EXPECT_EQ(ran.message, "a.cc:3: FAILED:\n  CHECK( a == b )\nwith expansion:\n  1 == 2\n");
}

TEST(Catch2Report, SaysNothingOfWhatWasFound) {
  EXPECT_EQ(catch2_reported("<Expression success=\"true\" type=\"CHECK\"><Original>a</Original>"
                            "</Expression><OverallResult success=\"true\"/>")
                .message,
            "");
}

TEST(Catch2Report, SaysOfWhatElseATestFailed) {
  EXPECT_EQ(catch2_reported("<Failure filename=\"a.cc\" line=\"3\"> by hand </Failure>"
                            "<Exception filename=\"a.cc\" line=\"4\"> thrown </Exception>"
                            "<FatalErrorCondition> SIGSEGV </FatalErrorCondition>"
                            "<OverallResult success=\"false\"/>")
                .message,
            "a.cc:3: Failure: by hand\na.cc:4: Exception: thrown\n"
            "FatalErrorCondition: SIGSEGV\n");
}

TEST(Catch2Report, SaysWhyATestWasSkipped) {
  const auto ran = catch2_reported(
      "<Skip filename=\"a.cc\" line=\"3\"> no network </Skip>"
      "<OverallResult success=\"true\" skips=\"1\"/>");
  EXPECT_EQ(ran.said, ReportedResult::kSkipped);
  EXPECT_EQ(ran.message, "a.cc:3: Skip: no network\n");
}

TEST(Catch2Report, HasAFailureBeforeASkip) {
  EXPECT_EQ(catch2_reported("<OverallResult success=\"false\" skips=\"1\"/>").said,
            ReportedResult::kFailed);
}

TEST(Catch2Report, HasWhatTheTestPrinted) {
  EXPECT_EQ(catch2_reported("<OverallResult success=\"true\"><StdOut>\nout\n</StdOut>"
                            "<StdErr>\nerr\n</StdErr></OverallResult>")
                .message,
            "StdOut:\nout\nStdErr:\nerr\n");
}

TEST(Catch2Report, OfATestThatHasNoResultIsAFailure) {
  EXPECT_EQ(catch2_reported("").said, ReportedResult::kFailed);
}

TEST(Catch2Report, ThatIsCutOffIsNotWhole) {
  const auto told = make_catch2()->read(
      Names{"<Catch><Group><TestCase name=\"one\"><OverallResult success=\"true\"/>", ""});
  EXPECT_FALSE(told.whole);
}

TEST(Catch2Report, ThatIsEmptyIsNone) {
  const auto told = make_catch2()->read(Names{"", ""});
  EXPECT_FALSE(told.whole);
  EXPECT_THAT(told.ran, IsEmpty());
}

}  // namespace
}  // namespace cloister::command
