// --cloister_override: the last word, of the person at the keyboard.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "selftests/support/guests.h"
#include "selftests/support/lane.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;
using testing::Not;

Ended explain(const std::string& filter, std::vector<std::string> flags,
              const std::vector<std::string>& environment = {}) {
  flags.insert(flags.begin(),
               {guest("misbehaving"), "--cloister_explain", "--gtest_filter=" + filter});
  return run({flags, environment});
}

TEST(Override, IsAboveWhatCodeSays) {
  EXPECT_THAT(explain("Hangs.*", {}).out, HasSubstr("deadline    300 ms\n"));
  EXPECT_THAT(explain("Hangs.*", {"--cloister_deadline=7s"}).out,
              HasSubstr("deadline    300 ms\n"));
  const Ended ended =
      explain("Hangs.*", {"--cloister_override=Hangs.*: deadline=7s, notice_after=none"});
  EXPECT_THAT(ended.out, HasSubstr("deadline    7 s\n"));
  EXPECT_THAT(ended.out, HasSubstr("notice      none\n"));
}

TEST(Override, IsForTheTestsOfItsFilter) {
  const Ended ended = explain("Passes.*", {"--cloister_override=Hangs.*: hostname=chapel"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_THAT(ended.out, Not(HasSubstr("chapel")));
}

TEST(Override, ALaterOneWins) {
  EXPECT_THAT(explain("Hangs.*", {"--cloister_override=*: deadline=7s",
                                  "--cloister_override=Hangs.*: deadline=8s"})
                  .out,
              HasSubstr("deadline    8 s\n"));
}

TEST(Override, CanBeInTheEnvironment) {
  EXPECT_THAT(explain("Hangs.*", {}, {"CLOISTER_OVERRIDE=Hangs.*: deadline=7s"}).out,
              HasSubstr("deadline    7 s\n"));
}

TEST(Override, EachSettingIsExplainedByWhoSetIt) {
  const Ended ended =
      explain("Hangs.*", {"--cloister_override=Hangs.*: output=1M", "--cloister_hostname=flag"},
              {"CLOISTER_TMP_SIZE=1M"});
  EXPECT_THAT(ended.out, HasSubstr("  setting     deadline by CLOISTER_SUITE(Hangs)\n"));
  EXPECT_THAT(ended.out, HasSubstr("  setting     hostname by flags\n"));
  EXPECT_THAT(ended.out, HasSubstr("  setting     tmp_size by the environment\n"));
  EXPECT_THAT(ended.out, HasSubstr("  setting     output by --cloister_override 'Hangs.*: ...'\n"));
}

TEST(Override, ThatIsNoneEndsTheRun) {
  const Ended ended = explain("Hangs.*", {"--cloister_override=Hangs.*: deadlin=7s"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_EQ(ended.err,
            "cloister: the flag --cloister_override has the value 'Hangs.*: deadlin=7s'; it takes "
            "settings of tests, and 'deadlin' is none; did you mean 'deadline'?\n");
}

TEST(Override, ThatMatchesNoTestEndsTheRun) {
  const Ended ended = explain("Hangs.*", {"--cloister_override=Hang.*: deadline=7s"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_EQ(ended.err,
            "cloister: the filter 'Hang.*' of --cloister_override matches no test; did you mean "
            "'Hangs.*'?\n");
}

}  // namespace
}  // namespace cloister::selftests
