// Flags and variables, from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
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

TEST(CommandLine, OurMainGreetsAsTheirsDo) {
  for (const char* flag : {"--cloister=on", "--cloister=off", "--gtest_list_tests"}) {
    EXPECT_THAT(run({{guest("misbehaving"), flag, "--gtest_filter=Neighbour.Before"}}).out,
                StartsWith(kGreeting))
        << flag;
  }
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

// Its /tmp is private, and what it was started in is there: what it writes there stays.
TEST(CommandLine, ARunStartedInTmpHasBothAPrivateOneAndItsDirectory) {
  for (const std::string directory : {"/tmp", "/dev/shm"}) {
    const std::string name = "started_in_" + std::to_string(getpid());
    Program program{{guest("naming"), "--gtest_filter=Started.*"}};
    program.directory = directory;
    program.environment = {"STARTED_FILE=" + name, "STARTED_IN=" + directory};
    const Ended ended = run(program);
    EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
    EXPECT_EQ(content_of(directory + "/" + name), "kept");
    std::filesystem::remove(directory + "/" + name);
    if (!lane_gives("private /tmp and /dev/shm")) continue;
    EXPECT_FALSE(std::filesystem::exists(directory + "/private_" + name));
    EXPECT_EQ(ended.err.find("/tmp"), std::string::npos) << ended.err;
  }
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
