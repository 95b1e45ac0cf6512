// The reports of plain binaries: where tests cannot take them away, nor lose their own data to
// them.
#include "selftests/adapters/command/run/cloister_run.h"

namespace cloister::selftests {
namespace {

class Careless : public testing::TestWithParam<const char*> {};
TEST_P(Careless, TestPassesAsInAPlainRun) {
  const Results results =
      run_tests({"--test", std::string("Careless.") + GetParam(), "--tmp-size=1M", "--leaks=fail",
                 "--files=discard", tool("tests_careless")});
  const bool own_tmp = lane_gives("private /tmp and /dev/shm");
  if (!own_tmp) {
    EXPECT_THAT(results.ended.out, testing::HasSubstr("was not run: cannot give this test"));
    return;
  }
  const bool leaves = std::string(GetParam()) == "FillsTmp";
  const std::string verdict = results.verdicts.empty() ? "" : results.verdicts.begin()->second;
  EXPECT_TRUE(leaves ? verdict == "FAIL" : verdict == "PASS" || verdict == "SKIP")
      << results.ended.out << results.ended.err;
  if (leaves) {
    EXPECT_THAT(results.ended.out, testing::HasSubstr("1 file in /tmp: careless-fill\n"));
  }
}
INSTANTIATE_TEST_SUITE_P(Each, Careless,
                         testing::Values("ClosesAllAndOpensItsData", "ClosesEverything",
                                         "MayOpenNothingMore", "MayWriteNothingMore",
                                         "MayWriteALittle", "IsAnotherUser", "HasAnotherRoot",
                                         "FillsTmp", "EmptiesTmp", "LeavesNothing",
                                         "ChildInheritsOnlyThree"));

TEST(ManyTests, AreListedInNoMoreThanLinearTime) {
  Program program = cloister_run({"--list", tool("tests_many")});
  program.environment = {"MANY=10000"};
  const auto begin = std::chrono::steady_clock::now();
  const Ended ended = run(program);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
  EXPECT_EQ(std::ranges::count(ended.out, '\n'), 10000);
}

TEST(ManyTests, OfDoctestAreNoBurdenToTheOneThatRuns) {
  Program program = cloister_run({"--test", "number 7000", tool("tests_many_doctest")});
  program.environment = {"MANY=8000"};
  const auto begin = std::chrono::steady_clock::now();
  const Results results = results_of(program);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
  EXPECT_EQ(results.verdicts.at("number 7000"), "PASS") << results.ended.out << results.ended.err;
}

}  // namespace
}  // namespace cloister::selftests
