// What a test reports beyond what there is room for is cut or left out, and its verdict is its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;
using testing::Not;

struct WordyRun {
  int status;
  std::string out;
  std::string err;
  std::string xml;
};

WordyRun run_wordy(const std::string& test) {
  const Ended ended = run({{guest("wordy"), "--gtest_filter=Wordy." + test}});
  return {ended.status, ended.out, ended.err, ""};
}

WordyRun run_wordy_with_report(const std::string& test) {
  const std::string xml = scratch("wordy.xml");
  const Ended ended =
      run({{guest("wordy"), "--gtest_filter=Wordy." + test, "--gtest_output=xml:" + xml}});
  WordyRun told{ended.status, ended.out, ended.err, content_of(xml)};
  unlink(xml.c_str());
  return told;
}

// With long lines no failure of these tests could be read.
std::string without_long_lines(const std::string& text) {
  std::string rest;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    rest += text.substr(at, std::min<std::size_t>(end - at, 120));
    if (end - at > 120) rest += "...\n";
    at = end;
  }
  return rest;
}

TEST(Wordy, MessageIsCutAndSaysByHowMuch) {
  const WordyRun told = run_wordy_with_report("FailsInSeventeenMebibytes");
  EXPECT_EQ(told.status, 1);
  const std::string out = without_long_lines(told.out);
  EXPECT_THAT(out, HasSubstr("mmm...\n(cloister: 1048"));
  EXPECT_THAT(out, HasSubstr("more bytes were cut off)\n[  FAILED  ]"));
  EXPECT_THAT(out, Not(HasSubstr("cannot be trusted")));
  EXPECT_THAT(without_long_lines(told.xml), HasSubstr("more bytes were cut off)"));
}

TEST(Wordy, PropertyIsCutAndFailsNothing) {
  const WordyRun told = run_wordy_with_report("RecordsSeventeenMebibytes");
  EXPECT_EQ(told.status, 0) << without_long_lines(told.out);
  EXPECT_THAT(without_long_lines(told.xml.substr(told.xml.find("more bytes") - 30)),
              HasSubstr("more bytes were cut off)"));
}

TEST(Wordy, PropertiesLeaveRoomForAFailure) {
  const WordyRun told = run_wordy("RecordsTooMuchAndFails");
  EXPECT_EQ(told.status, 1);
  EXPECT_THAT(without_long_lines(told.out),
              testing::ContainsRegex("the failure\n\n?\\[  FAILED  \\]"));
}

TEST(Wordy, FailuresLeaveRoomForTheFatalOne) {
  const WordyRun told = run_wordy("FailsOftenAndLong");
  EXPECT_EQ(told.status, 1);
  const std::string out = without_long_lines(told.out);
  EXPECT_THAT(out, HasSubstr("from here on what the test asserts is not shown"));
  EXPECT_THAT(out, Not(HasSubstr("cannot be trusted")));
  EXPECT_THAT(told.err, HasSubstr("has reported too much: some of it is not shown"));
}

TEST(Wordy, TestWithoutAPipeFailsByItsOwnWords) {
  const WordyRun told = run_wordy("FailsWithoutAPipe");
  EXPECT_EQ(told.status, 1);
  const std::string out = without_long_lines(told.out);
  EXPECT_THAT(out, HasSubstr("from here on what the test asserts is not shown"));
  EXPECT_THAT(out, Not(HasSubstr("cannot be trusted")));
}

TEST(Wordy, TestWithoutAPipeIsSkipped) {
  const WordyRun told = run_wordy("IsSkippedWithoutAPipe");
  EXPECT_EQ(told.status, 0);
  EXPECT_THAT(without_long_lines(told.out), HasSubstr("[  SKIPPED ] 1 test"));
}

TEST(Wordy, TestWithoutAPipePasses) {
  const WordyRun told = run_wordy("PassesWithoutAPipe");
  EXPECT_EQ(told.status, 0) << without_long_lines(told.out);
}

}  // namespace
}  // namespace cloister::selftests
