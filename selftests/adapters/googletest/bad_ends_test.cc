// Every bad end is one fatal failure of its own test, in words; what came before is kept; the
// neighbours pass.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

Ended run_test(const std::string& test) {
  return run({{guest("misbehaving"), "--gtest_filter=" + test + ":Neighbour.*"}});
}

struct BadEnd {
  std::string test;
  std::string words;
  std::string where = "in the test body";
};

void PrintTo(const BadEnd& bad_end, std::ostream* out) { *out << bad_end.test; }

class BadEnds : public testing::TestWithParam<BadEnd> {};

TEST_P(BadEnds, FailTheirOwnTestInWords) {
  const BadEnd& bad_end = GetParam();
  const Ended ended = run_test(bad_end.test);
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, HasSubstr("misbehaving.cc:"));
  EXPECT_THAT(ended.out, HasSubstr("cloister: " + bad_end.test + " " + bad_end.words));
  EXPECT_THAT(ended.out, HasSubstr("where:  " + bad_end.where));
  EXPECT_THAT(ended.out,
              HasSubstr("[  PASSED  ] 2 tests.\n[  FAILED  ] 1 test, listed below:\n[  FAILED  ] " +
                        bad_end.test));
}

INSTANTIATE_TEST_SUITE_P(
    Guests, BadEnds,
    testing::Values(
        BadEnd{"Crashes.OfASegmentationFault", "was killed by SIGSEGV (Segmentation fault)"},
        BadEnd{"Crashes.OfAnAbort", "was killed by SIGABRT (Aborted)"},
        BadEnd{"Crashes.OfAKillFromItself", "was killed by SIGKILL (Killed)"},
        BadEnd{"Hangs.InAnEndlessLoop", "did not end within its deadline of 300 ms and was killed"},
        BadEnd{"Hangs.WithEverySignalBlocked",
               "did not end within its deadline of 300 ms and was killed"},
        BadEnd{"Exits.WithStatusZero", "exited with status 0 before the test had ended"},
        BadEnd{"Exits.WithStatusThree", "exited with status 3 before the test had ended"},
        BadEnd{"Exits.Quickly", "exited with status 0 before the test had ended"},
        BadEnd{"Exits.ByExec", "exited with status 0 before the test had ended"},
        BadEnd{"CrashesEarly.InSetUpTestSuite", "was killed by SIGABRT (Aborted)",
               "in SetUpTestSuite"},
        BadEnd{"CrashesLate.InTearDownTestSuite", "was killed by SIGABRT (Aborted)",
               "in TearDownTestSuite"},
        BadEnd{"Garbles.ItsEventPipe", "sent a report that cannot be trusted",
               "in the process after the end of the test"}),
    [](const auto& mode) {
      std::string name = mode.param.test;
      name.erase(name.find('.'), 1);
      return name;
    });

TEST(BadEnd, KeepsWhatCameBefore) {
  const Ended ended = run_test("Crashes.OfASegmentationFault");
  EXPECT_THAT(ended.out, ContainsRegex("before the crash\n\n?printed before the crash\n"));
  EXPECT_THAT(ended.out, HasSubstr("after the failed assertion at "));
}

TEST(BadEnd, OfMemoryNamesTheCapOrTheMissingOne) {
  const Ended ended = run_test("Eats.*");
  EXPECT_EQ(ended.status, 1);
  if (lane_gives("memory cap")) {
    EXPECT_THAT(ended.out, HasSubstr("reached its memory cap of 64 MiB (peak 6"));
  } else {
    EXPECT_THAT(ended.out,
                HasSubstr("was not run: cannot give this test the memory cap it asks for"));
  }
  EXPECT_THAT(ended.out, HasSubstr("[  PASSED  ] 2 tests."));
}

TEST(BadEnd, OfALeakedMockIsFoundWhereStaticDestructorsRun) {
  Program program{{guest("everything"), "--gtest_also_run_disabled_tests",
                   "--gtest_filter=*AreLeaked:*AreSatisfied"}};
  EXPECT_EQ(run(program).status, 0);
  program.command.push_back("--cloister_exit=exit");
  const Ended ended = run(program);
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out,
              HasSubstr("Mocks.DISABLED_AreLeaked exited with status 1 after the test had ended"));
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] Mocks.AreSatisfied"));
  EXPECT_TRUE(ended.contains("this mock object")) << "gmock's own words";
}

TEST(GoodEnd, ForTestsThatMerelyLookBad) {
  const Ended ended = run_test(lane_gives("pid namespace") ? "Leaves.*:Signals.*" : "Leaves.*");
  EXPECT_EQ(ended.status, 0) << ended.out;
}

TEST(GoodEnd, DoesNotNeedDescriptors) {
  const Ended ended = run_test("Closes.*");
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, HasSubstr("still heard"));
  EXPECT_THAT(ended.out, HasSubstr("said before\n"));
  EXPECT_THAT(ended.out, HasSubstr("heard without stdout"));
  EXPECT_THAT(ended.out, Not(HasSubstr("cloister:")));
}

TEST(Flood, IsCutCountedAndNamed) {
  const Ended ended =
      run({{guest("misbehaving"), "--gtest_filter=Floods.*", "--cloister_output=1M"}});
  EXPECT_EQ(ended.status, 0);
  EXPECT_LT(ended.out.size(), 2000000U);
  EXPECT_THAT(
      ended.err,
      HasSubstr(
          "cloister: note: Floods.ItsOutput: it printed 30951424 more bytes on stdout than the "
          "1048576 that are kept (--cloister_output)"));
}

TEST(AllOfThem, EndTheRunInBoundedTimeWithEachNeighbourPassing) {
  const Ended ended = run(
      {{guest("misbehaving"), survivable_tests(), "--cloister_jobs=4", "--cloister_output=1M"}});
  EXPECT_EQ(ended.status, 1);
  for (const char* line : {"[       OK ] Neighbour.Before", "[       OK ] Neighbour.After"}) {
    EXPECT_THAT(ended.out, HasSubstr(line));
  }
  EXPECT_THAT(ended.out, HasSubstr(lane_gives("pid namespace") ? "[  PASSED  ] 5 tests."
                                                               : "[  PASSED  ] 4 tests."));
}

}  // namespace
}  // namespace cloister::selftests
