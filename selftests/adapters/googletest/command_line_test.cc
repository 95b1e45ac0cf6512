// Flags and variables, from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::StartsWith;

TEST(CommandLine, AWrongFlagEndsTheRunBeforeAnyTest) {
  const Ended ended = run({{guest("everything"), "--cloister_memory=lots"}});
  EXPECT_EQ(ended.status, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err, HasSubstr("--cloister_memory has the value 'lots'; it takes a size"));
}

TEST(CommandLine, AWrongVariableDoesSoToo) {
  const Ended ended = run({{guest("everything")}, {"CLOISTER_DEADLINE=late"}});
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.err, HasSubstr("CLOISTER_DEADLINE has the value 'late'; it takes a time"));
}

TEST(CommandLine, ExplainPrintsThePlansOfTheSelectedTestsAndRunsNothing) {
  const Ended ended = run({{guest("misbehaving"), "--cloister_explain",
                            "--gtest_filter=Hangs.InAnEndlessLoop:Neighbour.Before"}});
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(
      ended.out,
      HasSubstr(lane_gives("cgroup namespace")
                    ? "Neighbour.Before\n  namespaces  user pid mount network uts ipc cgroup\n"
                : lane_gives("user namespace")
                    ? "Neighbour.Before\n  namespaces  user pid mount network uts ipc\n"
                    : "Neighbour.Before\n  namespaces  none\n"));
  EXPECT_THAT(ended.out, HasSubstr("Hangs.InAnEndlessLoop\n"));
  EXPECT_THAT(ended.out, HasSubstr("  deadline    300 ms\n"));
  EXPECT_EQ(ended.out.find("[ RUN"), std::string::npos);
}

TEST(CommandLine, TimingPrintsWhatThePartsOfACellCost) {
  const Ended ended =
      run({.command = {guest("limited"), "--gtest_filter=Uses.*", "--cloister_timing"}});
  EXPECT_EQ(ended.status, 0) << ended.out;
  EXPECT_TRUE(ended.contains("cloister: timing")) << ended.err;
  for (const auto& [part, facility] : {std::pair("\n  fork the guest ", "pid namespace"),
                                       std::pair("\n  run the test ", "pid namespace"),
                                       std::pair("\n  mount /proc ", "private /proc"),
                                       std::pair("\n  bring up loopback ", "private network")})
    EXPECT_EQ(ended.contains(part), lane_gives(facility)) << part << " in: " << ended.err;
}

TEST(CommandLine, TimingIsNotPrintedUnlessAskedFor) {
  EXPECT_FALSE(run({.command = {guest("limited"), "--gtest_filter=Uses.*"}}).contains("timing"));
}

TEST(CommandLine, OffRunsInThisProcess) {
  const Ended ended =
      run({{guest("misbehaving"), "--cloister=off", "--gtest_filter=Exits.WithStatusThree"}});
  EXPECT_EQ(ended.status, 3);
}

TEST(CommandLine, TheNoticeNamesTheTestThatRuns) {
  const Ended ended = run({{guest("misbehaving"), "--gtest_filter=Hangs.InAnEndlessLoop",
                            "--cloister_notice_after=100ms"}});
  EXPECT_THAT(
      ended.err,
      HasSubstr(
          "cloister: note: Hangs.InAnEndlessLoop has been running for 100 ms (deadline 300 ms)\n"));
}

TEST(CommandLine, ARunStartedInTmpKeepsTheHostsAndSaysSo) {
  Program program{{guest("misbehaving"), "--gtest_filter=Neighbour.Before"}};
  program.directory = "/tmp";
  if (lane_gives("private /tmp and /dev/shm")) {
    EXPECT_THAT(run(program).err,
                HasSubstr("cloister: note: no private /tmp and /dev/shm on this host: the run was "
                          "started in '/tmp' "
                          "itself, which would be hidden; start it in another directory\n"));
  }
  program.command.push_back("--cloister_tmp_size=1M");
  EXPECT_THAT(run(program).out,
              HasSubstr("cannot give this test the private /tmp and /dev/shm it asks for"));
}

TEST(CommandLine, RequireTurnsALossIntoFailure) {
  const Ended ended =
      run({{guest("misbehaving"), "--gtest_filter=Neighbour.*", "--cloister_require"}});
  EXPECT_EQ(ended.status, lane_gives_a_whole_cell() ? 0 : 1) << ended.out << ended.err;
  if (!lane_gives_a_whole_cell()) {
    EXPECT_THAT(ended.out, HasSubstr("that --cloister_require demands"));
  }
}

TEST(CommandLine, ALossIsNamedWithItsCureAndNothingElseIs) {
  const Ended ended = run({{guest("misbehaving"), "--gtest_filter=Neighbour.*"}});
  EXPECT_EQ(ended.status, 0);
  for (const auto& [facility, given] : lane_notes()) {
    EXPECT_EQ(ended.contains("no " + facility), !given) << facility << "\n" << ended.err;
  }
  for (const char* backstop : {"memory cap", "process cap"}) EXPECT_FALSE(ended.contains(backstop));
  std::istringstream lines(ended.err);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_THAT(line, StartsWith("cloister: note: no "));
    EXPECT_THAT(line, ContainsRegex(" on this host: .+; .+"));
  }
}

}  // namespace
}  // namespace cloister::selftests
