// What the failure of a test shows of its service: a program in cells and a plain one, from
// outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

int count(const std::string& text, const std::string& piece) {
  int found = 0;
  for (std::size_t at = 0; (at = text.find(piece, at)) != std::string::npos; ++at) ++found;
  return found;
}

class Log : public testing::TestWithParam<const char*> {
 protected:
  std::string output_of(const std::string& test, const std::string& report = "") {
    Program program{.command = {std::string(GUESTS) + "/" + GetParam(), "--gtest_filter=" + test},
                    .environment = {"TMPDIR=" + directory_}};
    if (!report.empty()) program.command.push_back("--gtest_output=" + report);
    const Ended ended = run(program);
    EXPECT_EQ(ended.err, "");
    status_ = ended.status;
    return ended.out;
  }

  void TearDown() override { std::filesystem::remove_all(directory_); }

  static std::string make_directory() {
    std::string name = testing::TempDir() + "service-logs-XXXXXX";
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    return name;
  }
  std::string directory_ = make_directory();
  int status_ = 0;
};

TEST_P(Log, IsAttachedToAFailure) {
  const std::string output = output_of("*.WhenAnExpectationFails");
  EXPECT_THAT(output,
              HasSubstr("cloister: guest_serving was told to end, and was killed by SIGTERM "
                        "(Terminated)\nits log (" +
                        directory_ + "/cloister-guest_serving-"));
  EXPECT_THAT(output, HasSubstr("):\n  | ready\n  | a broken pipe\n"));
  EXPECT_EQ(count(output, "its log ("), 1);
  EXPECT_LT(output.find("1\n  2\n"), output.find("its log ("));
  EXPECT_LT(output.find("its log ("), output.find("[  FAILED  ] Attached."));
}

TEST_P(Log, IsAttachedWhenAnExceptionEndsTheTest) {
  EXPECT_EQ(count(output_of("*.WhenAnExceptionEndsTheTest"), "its log ("), 1);
}

TEST_P(Log, IsThatOfAServiceThatEndedByItself) {
  EXPECT_THAT(output_of("*.WithAServiceThatEndedByItself"),
              HasSubstr("cloister: guest_serving had ended by itself: it exited with status 5\n"));
}

TEST_P(Log, IsAttachedOnceForEachService) {
  EXPECT_EQ(count(output_of("*.ForEachOfTwoServices"), "its log ("), 2);
}

TEST_P(Log, IsNotAttachedTwiceWhenItIsInTheFailure) {
  const std::string output = output_of("*.OnceWhenItDoesNotBecomeReady");
  EXPECT_THAT(output, HasSubstr("did not become ready: it exited with status 6"));
  EXPECT_EQ(count(output, "its log ("), 1);
}

TEST_P(Log, IsNotAttachedToASuccess) {
  EXPECT_THAT(output_of("NotAttached.*"), Not(HasSubstr("its log")));
  EXPECT_EQ(status_, 0);
  EXPECT_TRUE(std::filesystem::is_empty(directory_));
}

TEST_P(Log, IsAttachedByAFixture) { EXPECT_EQ(count(output_of("Fixture.*"), "its log ("), 1); }

TEST_P(Log, IsAttachedByASuite) { EXPECT_EQ(count(output_of("Suite.*"), "its log ("), 1); }

TEST_P(Log, IsInTheReportsInXmlAndJson) {
  const std::string xml = directory_ + "/report.xml";
  output_of("*.WhenAnExpectationFails", "xml:" + xml);
  EXPECT_THAT(content_of(xml), ContainsRegex("name=\"log of guest_serving\" value=\"[^\"]*a broken "
                                             "pipe\""));
  const std::string json = directory_ + "/report.json";
  output_of("*.ForEachOfTwoServices", "json:" + json);
  EXPECT_THAT(content_of(json), AllOf(HasSubstr("\"log of guest_serving\": "),
                                      HasSubstr("\"log of guest_serving 2\": ")));
}

TEST_P(Log, OfAStaticServiceDoesNoHarm) {
  output_of("Static.*");
  EXPECT_EQ(status_, 1);  // of the failure, not of a crash
}

INSTANTIATE_TEST_SUITE_P(Of, Log,
                         testing::Values("guest_service_users", "guest_service_users_plain"),
                         [](const auto& tested) {
                           return std::string(tested.param).find("plain") == std::string::npos
                                      ? "Cells"
                                      : "APlainProgram";
                         });

}  // namespace
}  // namespace cloister::selftests
