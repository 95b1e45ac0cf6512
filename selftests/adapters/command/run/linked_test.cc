// Binaries that are linked with Cloister: their own warden makes the cells, as their code says.
#include "selftests/adapters/command/run/cloister_run.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;

TEST(Linked, IsFoundOutByAsking) {
  const Ended ended = run(cloister_run({"--list", "--json", tool("tests_linked")}));
  EXPECT_THAT(ended.out, HasSubstr("\"kind\": \"cloister\""));
}

TEST(Linked, EveryEndHasItsVerdict) {
  const auto verdicts = run_tests({"--deadline=700ms", tool("tests_linked")}).verdicts;
  EXPECT_THAT(
      verdicts,
      testing::UnorderedElementsAre(
          testing::Pair("Linked.HasTheCellOfItsCode", "PASS"),
          testing::Pair("Linked.SeesNoDescriptorOfTheRun", "PASS"),
          testing::Pair("Linked.Fails", "FAIL"), testing::Pair("Linked.Skips", "SKIP"),
          testing::Pair("Linked.Crashes", "CRASH"), testing::Pair("Linked.Hangs", "TIMEOUT"),
          testing::Pair("Linked.SeesTheFlags", "PASS")));
}

TEST(Linked, SeesNoDescriptorOfTheRunWhereItIsStartedAnew) {
  Program program = cloister_run({"--test=Linked.SeesNoDescriptorOfTheRun", tool("tests_linked")});
  program.environment.push_back("CLOISTER_LAUNCH=exec");
  EXPECT_EQ(run(program).status, 0);
}

TEST(Linked, IsInOneSummaryWithOthers) {
  const Results results = run_tests(
      {"--filter=Linked.Has*:Ends.Passes", tool("tests_linked"), tool("tests_googletest")});
  EXPECT_EQ(results.ended.status, 0) << results.ended.out << results.ended.err;
  EXPECT_THAT(results.ended.out, HasSubstr("summary: 2 tests of 2 binaries"));
}

TEST(Linked, MayShareACellWhereOthersHaveTheirOwn) {
  const Results results = run_tests({"--scope=suite", "--filter=Linked.S*:Linked.Has*:Ends.Passes",
                                     tool("tests_linked"), tool("tests_googletest")});
  EXPECT_EQ(results.ended.status, 0) << results.ended.out << results.ended.err;
  EXPECT_EQ(results.verdicts.at("Linked.HasTheCellOfItsCode"), "PASS");
  EXPECT_EQ(results.verdicts.at("Ends.Passes"), "PASS");
}

TEST(Linked, FailFastStopsTheOthersToo) {
  const Results results = run_tests({"--fail-fast", "--jobs=1", "--filter=Linked.F*:Ends.Passes",
                                     tool("tests_linked"), tool("tests_googletest")});
  EXPECT_EQ(results.verdicts.size(), 1U) << results.ended.out;
  EXPECT_EQ(results.ended.status, 1);
}

}  // namespace
}  // namespace cloister::selftests
