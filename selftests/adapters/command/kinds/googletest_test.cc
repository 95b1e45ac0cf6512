// What GoogleTest prints, as evidence where its report is missing or silent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "adapters/command/kinds/kind.h"

namespace cloister::command {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Test kTest{.name = "Db.Reads", .report_name = "Db.Reads"};
constexpr char kBegin[] =
    "[----------] Global test environment set-up.\n[----------] 1 test from Db\n"
    "[ RUN      ] Db.Reads\n";
constexpr char kOk[] = "[       OK ] Db.Reads (0 ms)\n";
constexpr char kEnd[] =
    "[----------] 1 test from Db (0 ms total)\n\n[----------] Global test environment tear-down\n";
constexpr char kSum[] =
    "[==========] 1 test from 1 test suite ran. (0 ms total)\n[  PASSED  ] 1 test.\n";

std::string text(std::initializer_list<const char*> parts) {
  std::string all;
  for (const char* part : parts) all += part;
  return all;
}

TEST(GoogleTestConsole, ItsLineOfATestAndItsSumAreEvidenceOfAPass) {
  const auto told = make_googletest()->read_console(kTest, text({kBegin, kOk, kEnd, kSum}));
  ASSERT_TRUE(told);
  EXPECT_EQ(told->ran.front().said, ReportedResult::kPassed);
  EXPECT_TRUE(told->beside.empty());
}

TEST(GoogleTestConsole, TheSumOfAnotherProgramIsNone) {
  EXPECT_FALSE(make_googletest()->read_console(kTest, text({kBegin, kSum})));
  EXPECT_FALSE(make_googletest()->read_console(
      kTest, text({kBegin, "[       OK ] Other.Test (0 ms)\n", kSum})));
}

TEST(GoogleTestConsole, AFailureBesideTheTestIsNoEvidenceOfAPass) {
  EXPECT_FALSE(make_googletest()->read_console(
      kTest, text({kBegin, kOk, kEnd, kSum, "[  FAILED  ] 0 tests, listed below:\n"})));
}

TEST(GoogleTestConsole, AnExceptionAtTheEndIsTheProgramsAndNoTests) {
  const auto told = make_googletest()->read_console(
      kTest, text({kBegin, kOk, kEnd,
                   "unknown file: Failure\nC++ exception with description \"gone\" thrown in "
                   "auxiliary test code (environments or event listeners).\n"}));
  ASSERT_TRUE(told);
  EXPECT_EQ(told->ran.front().said, ReportedResult::kPassed);
  EXPECT_THAT(told->beside, ElementsAre(HasSubstr("unknown file: Failure\nC++ exception with")));
}

TEST(GoogleTestConsole, OneThatDiesOfItsReportHasPassedAndNothingFailedAfterIt) {
  const auto kind = make_googletest();
  const std::string out = text({kBegin, kOk, kEnd});
  const std::string err = "Unable to open file \"/tmp/x\"\n";
  EXPECT_TRUE(kind->died_of_its_report(kTest, SIGABRT, out, err));
  EXPECT_TRUE(kind->died_of_its_report(kTest, SIGXFSZ, out, ""));
  EXPECT_FALSE(kind->died_of_its_report(kTest, SIGABRT, out, ""));
  EXPECT_FALSE(kind->died_of_its_report(kTest, SIGSEGV, out, err));
  EXPECT_FALSE(kind->died_of_its_report(kTest, SIGXFSZ, kBegin, ""));
  EXPECT_FALSE(kind->died_of_its_report(kTest, SIGABRT, out + "a.cc:1: Failure\nlost\n", err));
}

std::vector<std::string> report(const std::string& inside) {
  return {"<testsuites><testsuite name=\"Db\">" + inside + "</testsuite></testsuites>", ""};
}

TEST(GoogleTestReport, ATestOfTheYear1970HasNotBegun) {
  const auto kind = make_googletest();
  const auto said = [&](const std::string& time) {
    return kind
        ->read(report("<testcase name=\"Reads\" classname=\"Db\" status=\"run\" "
                      "result=\"completed\" timestamp=\"" +
                      time + "\"/>"))
        .ran.at(0)
        .said;
  };
  EXPECT_EQ(said("1970-01-01T00:00:00.000"), ReportedResult::kNotBegun);
  EXPECT_EQ(said("1969-12-31T19:00:00.000"), ReportedResult::kNotBegun);
  EXPECT_EQ(said("2026-01-01T00:00:00.000"), ReportedResult::kPassed);
}

TEST(GoogleTestReport, ItsLineOfABeginningSaysMoreThanTheYear) {
  const auto kind = make_googletest();
  FrameworkReport told{true, {{"Db.Reads", ReportedResult::kNotBegun, ""}}, {}};
  kind->look_beside(text({kBegin, kOk, kEnd, kSum}), told);
  EXPECT_EQ(told.ran.front().said, ReportedResult::kPassed);
}

TEST(GoogleTestReport, ATestWithoutAnyNameIsAFailureBesideTests) {
  const FrameworkReport told = make_googletest()->read(
      report("<testcase name=\"\" classname=\"\" status=\"run\"><failure message=\"no "
             "data\"/></testcase>"));
  EXPECT_TRUE(told.ran.empty());
  EXPECT_THAT(told.beside, ElementsAre(HasSubstr("Db: SetUpTestSuite or TearDownTestSuite:\nno")));
}

TEST(GoogleTestReport, AFailureOfASuiteIsToldBesideOneOfAnEnvironment) {
  FrameworkReport told{
      true, {{"Db.Reads", ReportedResult::kPassed, ""}}, {"outside of all suites:\nslow\n"}};
  make_googletest()->look_beside(text({kBegin, kOk, "a.cc:3: Failure\nlock\n", kEnd,
                                       "[  FAILED  ] Db: SetUpTestSuite or TearDownTestSuite\n"}),
                                 told);
  EXPECT_THAT(told.beside, ElementsAre("outside of all suites:\nslow\n",
                                       "Db: SetUpTestSuite or TearDownTestSuite:\n"
                                       "a.cc:3: Failure\nlock\n"));
}

}  // namespace
}  // namespace cloister::command
