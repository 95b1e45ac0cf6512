// doctest's lists and reports, without a binary of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/command/kinds/kind.h"

namespace cloister::command {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string listed(const std::string& name, const std::string& more = "skipped=\"false\"") {
  return "<TestCase name=\"" + name + "\" " + more + "/>";
}
const std::string kSkipped = "skipped=\"true\"";

std::vector<Test> doctest_tests(const std::string& cases) {
  return make_doctest()
      ->list([&](const auto&) -> Result<Answer> {
        return Answer{0, "", "", {"<doctest>" + cases + "</doctest>", ""}};
      })
      .value();
}

TEST(Doctest, IsKnownByItsHelp) {
  EXPECT_TRUE(make_doctest()->answers_so("[doctest] doctest version is \"2.4.9\""));
  EXPECT_FALSE(make_doctest()->answers_so("Catch v2.13.10"));
}

TEST(Doctest, ReportsToTheFirstFile) {
  EXPECT_THAT(make_doctest()->report_arguments(std::vector<std::string>{"/report", "/other"}),
              ElementsAre("--reporters=xml", "--out=/report", "--no-skipped-summary=true"));
}

TEST(DoctestList, NamesTestsByTheirSuite) {
  const auto tests = doctest_tests(listed("one") + listed("two", "testsuite=\"suite\""));
  ASSERT_EQ(tests.size(), 2U);
  EXPECT_EQ(tests[0].name, "one");
  EXPECT_EQ(tests[1].name, "suite/two");
  EXPECT_EQ(tests[1].report_name, "two");
}

TEST(DoctestList, IsAskedForWithTheSkippedTestsInTheOrderOfTheFile) {
  std::vector<std::string> asked;
  make_doctest()->list([&](const std::vector<std::string>& arguments) -> Result<Answer> {
    asked = arguments;
    return Answer{0, "", "", {"<doctest/>", ""}};
  });
  EXPECT_THAT(asked, testing::IsSupersetOf({"--no-skip=true", "--order-by=file"}));
}

TEST(DoctestList, HasSkippedTestsAsDisabled) {
  const auto tests = doctest_tests(listed("one") + listed("two", kSkipped));
  EXPECT_FALSE(tests.at(0).disabled);
  EXPECT_TRUE(tests.at(1).disabled);
}

TEST(DoctestList, HasNamesThatCanBePrinted) {
  const auto tests = doctest_tests(listed("a&#x1b;b"));
  EXPECT_EQ(tests.at(0).name, "a\\x1bb");
}

TEST(DoctestList, ThatIsNoneIsAnError) {
  const auto tests = make_doctest()->list(
      [](const auto&) -> Result<Answer> { return Answer{0, "hello", "", {"hello", ""}}; });
  ASSERT_FALSE(tests);
  EXPECT_EQ(tests.error().doing, "read its list of tests: 5 bytes that are no list");
}

TEST(DoctestList, ThatCannotBeAskedForIsAnError) {
  const auto tests = make_doctest()->list(
      [](const auto&) -> Result<Answer> { return std::unexpected(Error{"start it", 0, ""}); });
  ASSERT_FALSE(tests);
  EXPECT_EQ(tests.error().doing, "start it");
}

TEST(DoctestTest, IsAskedForByItsName) {
  EXPECT_THAT(doctest_tests(listed("one [tag]")).at(0).arguments,
              ElementsAre("--test-case=one [tag]", "--case-sensitive=true", "--order-by=file"));
}

TEST(DoctestTest, IsNotPassedOverWhereItsAuthorSkipsIt) {
  EXPECT_THAT(doctest_tests(listed("one", kSkipped)).at(0).arguments,
              testing::Contains("--no-skip=true"));
}

TEST(DoctestTest, IsAskedForByItsPlaceWhereAnotherHasItsName) {
  const auto tests = doctest_tests(listed("other") + listed("same", "testsuite=\"a\"") +
                                   listed("same", "testsuite=\"b\""));
  EXPECT_THAT(tests.at(2).arguments, ElementsAre("--test-case=*", "--case-sensitive=true",
                                                 "--order-by=file", "--first=3", "--last=3"));
}

TEST(DoctestTest, HasItsPlaceAmongThoseThatWouldRun) {
  const auto tests = doctest_tests(listed("same", kSkipped) + listed("same"));
  EXPECT_THAT(tests.at(1).arguments, testing::IsSupersetOf({"--first=1", "--last=1"}));
}

TEST(DoctestTest, ThatIsSkippedHasItsPlaceAmongAll) {
  const auto tests = doctest_tests(listed("same") + listed("same", kSkipped));
  EXPECT_THAT(tests.at(1).arguments,
              testing::IsSupersetOf({"--no-skip=true", "--first=2", "--last=2"}));
}

class OddDoctestName : public testing::TestWithParam<const char*> {};
TEST_P(OddDoctestName, IsNoFilter) {
  EXPECT_THAT(doctest_tests(listed(GetParam())).at(0).arguments,
              testing::IsSupersetOf({"--test-case=*", "--first=1"}));
}
INSTANTIATE_TEST_SUITE_P(Names, OddDoctestName,
                         testing::Values("a, b", "a*", "a?", "a\\b", " a", "a ", "", "a&#10;b"));

FrameworkReport doctest_report(const std::string& cases) {
  return make_doctest()->read(
      std::vector<std::string>{"<doctest><TestSuite>" + cases + "</TestSuite></doctest>", ""});
}
ReportedTest doctest_reported(const std::string& inside) {
  return doctest_report("<TestCase name=\"one\">" + inside + "</TestCase>").ran.at(0);
}
const std::string kHasFailed = "<OverallResultsAsserts test_case_success=\"false\"/>";

TEST(DoctestReport, NamesATestThatHasPassed) {
  const auto told = doctest_report(
      "<TestCase name=\"one\"><OverallResultsAsserts test_case_success=\"true\"/></TestCase>");
  EXPECT_TRUE(told.whole);
  ASSERT_EQ(told.ran.size(), 1U);
  EXPECT_EQ(told.ran[0].report_name, "one");
  EXPECT_EQ(told.ran[0].said, ReportedResult::kPassed);
  EXPECT_EQ(told.ran[0].message, "");
}

TEST(DoctestReport, LeavesOutWhatWasNotRun) {
  EXPECT_THAT(doctest_report("<TestCase name=\"one\" skipped=\"true\"/>").ran, IsEmpty());
}

TEST(DoctestReport, SaysWhatFailed) {
  const auto ran = doctest_reported(
      "<SubCase><Expression success=\"false\" type=\"CHECK\" filename=\"a.cc\" line=\"3\">"
      "<Original>\n  a == b\n</Original><Expanded>\n  1 == 2\n</Expanded></Expression></SubCase>" +
      kHasFailed);
  EXPECT_EQ(ran.said, ReportedResult::kFailed);
  EXPECT_EQ(ran.message, "a.cc:3: ERROR: CHECK( a == b ) is NOT correct!\n  values: 1 == 2\n");
}

TEST(DoctestReport, SaysNothingOfWhatWasFound) {
  EXPECT_EQ(doctest_reported("<Expression success=\"true\" type=\"CHECK\"/>" + kHasFailed).message,
            "");
}

TEST(DoctestReport, HasTheMessagesOfATest) {
  EXPECT_EQ(doctest_reported("<Message type=\"WARNING\" filename=\"a.cc\" line=\"3\"><Text>\n"
                             "  take care\n</Text></Message>" +
                             kHasFailed)
                .message,
            "a.cc:3: WARNING: take care\n");
}

TEST(DoctestReport, SaysWhetherATestThrewOrCrashed) {
  EXPECT_EQ(doctest_reported("<Exception crash=\"false\"> gone </Exception>" + kHasFailed).message,
            "test case THREW exception: gone\n");
  EXPECT_EQ(
      doctest_reported("<Exception crash=\"true\"> SIGSEGV </Exception>" + kHasFailed).message,
      "test case CRASHED: SIGSEGV\n");
}

TEST(DoctestReport, HasAnExceptionInAnExpressionAsPartOfThat) {
  EXPECT_EQ(doctest_reported("<Expression success=\"false\" type=\"CHECK\"><Original>f()</Original>"
                             "<Exception>gone</Exception></Expression>" +
                             kHasFailed)
                .message,
            "ERROR: CHECK( f() ) is NOT correct!\n  values: \n");
}

TEST(DoctestReport, OfATestThatHasNoResultIsAFailure) {
  EXPECT_EQ(doctest_reported("").said, ReportedResult::kFailed);
}

TEST(DoctestReport, ThatIsCutOffIsNotWhole) {
  EXPECT_FALSE(make_doctest()
                   ->read(std::vector<std::string>{"<doctest><TestSuite><TestCase name=\"a\">", ""})
                   .whole);
}

}  // namespace
}  // namespace cloister::command
