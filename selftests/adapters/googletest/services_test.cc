// [[service]] of cloister.toml, from outside: services of cells and of templates.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "selftests/adapters/googletest/services_of_a_file.h"
#include "selftests/support/host_state.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(ServicesOfAFile, AreThereInEachCellAnew) {
  if (!has_own_network()) return;
  write_service(kCounting);
  const Ended ended = run_linked("Alone.*:Prepared.*");
  EXPECT_EQ(count(ended.out, "[       OK ] Alone."), 3U) << ended.out << ended.err;
  // Each did its own set-up, which asked before.
  EXPECT_EQ(count(ended.out, "set up with '1'"), 1U) << ended.out;
}

TEST_F(ServicesOfAFile, AreThereWhereTheProgramStartsAnew) {
  if (!has_own_network()) return;
  write_service(kCounting);
  const Ended ended = run_linked("Alone.*", {"--cloister_launch=exec"});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
}

TEST_F(ServicesOfAFile, AreForThoseThatTheFilterMatches) {
  if (!has_own_network()) return;
  write_service(std::string(kCounting) + "\nfilter = \"Alone.*\"\nenv = { SERVED = \"here\" }");
  const Ended ended = run_linked("Alone.*:Unserved.*");
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
}

TEST_F(ServicesOfAFile, AreNoChildrenOfTheTest) {
  write_service("deeds = [\"say=ready\"]");
  const Ended ended = run_linked("Good.HasNoChild");
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
}

TEST_F(ServicesOfAFile, GiveTheirVariablesToTheTest) {
  write_service(
      "deeds = [\"variable=SERVED\"]\nready.log_line = \"SERVED=here\"\n"
      "env = { SERVED = \"here\" }");
  const Ended ended = run_linked("Good.HasTheVariable");
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
}

TEST_F(ServicesOfAFile, AreNotLeftByTheTest) {
  write_service("deeds = [\"child\"]\nready.log_line = \"child\"");
  const Ended ended = run_linked("Alone.*:Good.HasNoChild", {"--cloister_leaks=fail"});
  EXPECT_THAT(ended.out + ended.err, Not(HasSubstr("left 1 process")));
}

TEST_F(ServicesOfAFile, HideNothingThatTheTestLeaves) {
  if (!lane_gives("pid namespace")) return;
  write_service("deeds = [\"say=ready\"]");
  EXPECT_THAT(run_linked("Good.LeavesAProcess").err,
              HasSubstr("Good.LeavesAProcess left 1 process"));
}

TEST_F(ServicesOfAFile, LeaveNothingOnTheHost) {
  const HostState before;
  write_service("deeds = [\"child\", \"deaf=15\"]\nready.log_line = \"child\"");
  write_service("deeds = [\"child\"]\nready.log_line = \"child\"\nper = \"run\"");
  // Without a pid namespace, all is all there is.
  run_linked(lane_gives("pid namespace") ? "Bad.*:Good.*" : "Bad.*:Good.*-*KillsAll*",
             {"--cloister_deadline=1s"});
  EXPECT_TRUE(holds_within(std::chrono::seconds(5), [&] { return left_since(before).empty(); }))
      << left_since(before);
}

TEST_F(ServicesOfAFile, AreShownWithATestThatFails) {
  write_service("deeds = [\"say=about to listen\"]\nready.log_line = \"about\"\nname = \"server\"");
  for (const char* test : {"Bad.Fails", "Bad.Crashes", "Bad.Hangs"}) {
    EXPECT_THAT(run_linked(test, {"--cloister_deadline=1s"}).err,
                HasSubstr(std::string("cloister: note: ") + test +
                          ": what its services printed last:\n  server | about to listen\n"));
  }
}

TEST_F(ServicesOfAFile, AreNotShownWithATestThatPasses) {
  write_service("deeds = [\"say=about to listen\"]\nready.log_line = \"about\"");
  EXPECT_EQ(run_linked("Good.HasNoChild").err.find("about to listen"), std::string::npos);
}

TEST_F(ServicesOfAFile, AreShownByTheirEnd) {
  write_service(
      "deeds = [\"wait=100\", \"flood=1\", \"say=the last\"]\nready.log_line = \"the last\"");
  const std::string err = run_linked("Bad.Fails").err;
  EXPECT_THAT(err, HasSubstr("what its services printed last:"));
  EXPECT_THAT(err, HasSubstr("serving | the last\n"));
  EXPECT_LT(err.size(), 12000U);
}

TEST_F(ServicesOfAFile, ThatEndBeforeTheTestSaySo) {
  if (!lane_gives("pid namespace") || !has_own_network()) return;
  write_service(std::string(kCounting) + "\nname = \"server\"");
  EXPECT_THAT(run_linked("Bad.KillsAllButItself").err,
              HasSubstr("server | (was killed by SIGTERM)"));
}

TEST_F(ServicesOfAFile, AreStartedInTheirOrder) {
  write_service(
      "deeds = [\"wait=200\", \"say=first\", \"unix=/tmp/first\"]\nready.unix_socket = "
      "\"/tmp/first\"");
  write_service("deeds = [\"say=second\"]\nready.log_line = \"second\"");
  EXPECT_THAT(run_linked("Bad.Fails").err, HasSubstr("first\n  guest_serving | second\n"));
}

TEST_F(ServicesOfAFile, AreReadyByASocket) {
  write_service(
      "deeds = [\"wait=100\", \"count-unix=/tmp/served\"]\nready.unix_socket = \"/tmp/served\"\n"
      "env = { SERVED_SOCKET = \"/tmp/served\" }");
  if (!lane_gives("private /tmp and /dev/shm")) return;
  EXPECT_EQ(run_linked("Alone.*").status, 0);
}

TEST_F(ServicesOfAFile, AreReadyByAStatusOfHttp) {
  if (!has_own_network()) return;
  write_service(
      "deeds = [\"http=7001\"]\nready = { http = \"http://localhost:7001/health\", status = 200 }");
  EXPECT_EQ(run_linked("Good.HasNoChild").status, 0);
}

TEST_F(ServicesOfAFile, AreOncePerCellWhereTestsShareOne) {
  if (!has_own_network()) return;
  write_service(kCounting);
  const Ended ended = run_linked("Together.*", {"--cloister_scope=suite"});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  for (const char* asked : {"set up with '1'", "asked as 2.", "asked as 3.", "asked as 4."})
    EXPECT_EQ(count(ended.out, asked), 1U) << ended.out;
}

class ServicesOfATemplate : public ServicesOfAFile {
 protected:
  static bool can_fork() {
    return lane_gives("own view of files") && has_own_network() && lane() != "nested";
  }
  Ended forked(const std::string& filter, const std::string& scope) {
    return run_linked(filter, {"--cloister_scope=" + scope, "--cloister_files=host"});
  }
};

TEST_F(ServicesOfATemplate, PerCellAreStartedForEachFork) {
  if (!can_fork()) return;
  for (const char* scope : {"snapshot", "services", "auto"}) {
    std::filesystem::remove(directory_.path() / "cloister.toml");
    write_service(kCounting);
    const Ended ended = forked("Prepared.*", scope);
    EXPECT_EQ(ended.status, 0) << scope << ended.out << ended.err;
    EXPECT_EQ(count(ended.out, "set up with ''"), 1U) << ended.out;
  }
}

TEST_F(ServicesOfATemplate, PerTemplateAnswerItsForks) {
  if (!can_fork()) return;
  write_service(std::string(kCounting) + "\nper = \"template\"");
  for (const char* scope : {"services", "auto"}) {
    const Ended ended = forked("Together.*", scope);
    EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
    for (const char* asked : {"set up with '1'", "asked as 2.", "asked as 3.", "asked as 4."})
      EXPECT_EQ(count(ended.out, asked), 1U) << ended.out;
  }
}

TEST_F(ServicesOfATemplate, PerTemplateAreNoneOfASnapshot) {
  if (!can_fork()) return;
  write_service(std::string(kCounting) + "\nper = \"template\"");
  EXPECT_THAT(forked("Together.*", "snapshot").out,
              HasSubstr("running on 127.0.0.1:7000: use scope=services"));
}

TEST_F(ServicesOfATemplate, PerTemplateAreBeforeTheSetUpOfEachTestElsewhere) {
  if (!can_fork()) return;
  write_service(std::string(kCounting) + "\nper = \"template\"");
  const Ended ended = run_linked("Together.*");
  EXPECT_EQ(count(ended.out, "asked as 2."), 3U) << ended.out << ended.err;
}

TEST_F(ServicesOfAFile, AreExplained) {
  write_service(kCounting);
  EXPECT_THAT(run_linked("Good.HasNoChild", {"--cloister_explain"}).out,
              HasSubstr("  service     guest_serving, in each cell: "));
}

TEST_F(ServicesOfAFile, AreNotStartedWithoutCellsWhichIsSaid) {
  write_service(kCounting);
  EXPECT_THAT(run_linked("Good.HasNoChild", {"--cloister=off"}).err,
              HasSubstr("cloister: note: --cloister=off: no [[service]] of "));
}

}  // namespace
}  // namespace cloister::selftests
