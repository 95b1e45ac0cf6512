// [[service]] of cloister.toml, from outside: programs whose tests speak to a server, linked with
// Cloister and not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "selftests/support/disk_directory.h"
#include "selftests/support/guests.h"
#include "selftests/support/host_state.h"
#include "selftests/support/lane.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;
using testing::Not;

using Words = std::vector<std::string>;

constexpr const char* kCounting = "ready.port = 7000\ndeeds = [\"count=7000\"]";

class ServicesOfAFile : public testing::Test {
 protected:
  // A [[service]] that is guest_serving: a line `deeds` of what it does becomes its command.
  void write_service(std::string text) {
    const std::string deeds = "deeds = [";
    const std::size_t at = text.find(deeds);
    text.replace(at, deeds.size(), "command = [\"" + guest("serving") + "\", ");
    std::ofstream(directory_.path() / "cloister.toml", std::ios::app) << "[[service]]\n"
                                                                      << text << "\n\n";
  }
  Ended run_linked(const std::string& filter, Words flags = {}, Words command = {}) {
    command.insert(command.end(), {"env", "-u", "CLOISTER_CONFIG", guest("served"),
                                   "--gtest_filter=" + filter, "--cloister_jobs=4"});
    command.insert(command.end(), flags.begin(), flags.end());
    return run({.command = command, .directory = directory_.path()});
  }
  std::string err_of(const std::string& filter, const Words& flags = {}) {
    const Ended ended = run_linked(filter, flags);
    EXPECT_EQ(ended.status, 1) << ended.out << ended.err;
    return ended.out + ended.err;
  }

  DiskDirectory directory_{"cloister-services-XXXXXX"};
};

bool has_own_network() { return lane_gives("private network"); }

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

TEST_F(ServicesOfAFile, ThatExitAreAnError) {
  write_service(
      "deeds = [\"complain=no such option\", \"exit=3\"]\nready.port = 7000\nname = \"server\"");
  EXPECT_THAT(err_of("Good.HasNoChild"),
              HasSubstr("cannot start the service 'server' (" + directory_.path().string() +
                        "/cloister.toml:1): it exited with status 3 while waited for: port 7000 "
                        "(Connection refused); see what it printed:\n"));
}

TEST_F(ServicesOfAFile, ThatAreLateAreAnError) {
  write_service(
      "deeds = [\"say=starting\"]\nready.log_line = \"listening\"\nready_within = \"300ms\"\n"
      "name = \"server\"");
  const std::string err = err_of("Good.HasNoChild");
  EXPECT_THAT(err, HasSubstr("waited 300 ms for 'listening' in its output; see what it printed, or "
                             "set ready_within:"));
  EXPECT_THAT(err, HasSubstr("server | starting"));
}

TEST_F(ServicesOfAFile, WithoutAProgramAreAnError) {
  std::ofstream(directory_.path() / "cloister.toml")
      << "[[service]]\ncommand = [\"no-such-server\"]\n";
  EXPECT_THAT(err_of("Good.HasNoChild"),
              HasSubstr("cannot execute 'no-such-server' for the service 'no-such-server' (" +
                        directory_.path().string() +
                        "/cloister.toml:1): No such file or directory (ENOENT); install the "
                        "program, or correct the command"));
}

TEST_F(ServicesOfAFile, WithoutADirectoryAreAnError) {
  write_service("deeds = [\"say=ready\"]\ndirectory = \"missing\"");
  EXPECT_THAT(err_of("Good.HasNoChild"),
              HasSubstr("cannot enter the directory '" + directory_.path().string() + "/missing'"));
}

TEST_F(ServicesOfAFile, ThatAnotherProgramStandsInForAreAnError) {
  if (!has_own_network()) return;
  write_service(kCounting);
  write_service(std::string(kCounting) + "\nname = \"second\"");
  EXPECT_THAT(err_of("Good.HasNoChild"), HasSubstr("another program answers already"));
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

class ServicesOfARun : public ServicesOfAFile {
 protected:
  void write_counting(const std::string& socket, const std::string& more = "") {
    write_service("deeds = [\"count-unix=" + socket + "\"]\nready.unix_socket = \"" + socket +
                  "\"\nenv = { SERVED_SOCKET = \"" + socket + "\" }\nper = \"run\"" + more);
  }
  void expect_one_for_all(const Ended& ended) {
    EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
    for (const char* asked : {"asked as 2.", "asked as 4.", "asked as 6."})
      EXPECT_EQ(count(ended.out, asked), 1U) << ended.out;
  }
};

TEST_F(ServicesOfARun, AnswerAllTestsByASocketBelowTmp) {
  const std::string socket = scratch("of-run");
  write_counting(socket);
  expect_one_for_all(run_linked("Together.*", {"--cloister_jobs=1"}));
  unlink(socket.c_str());
}

TEST_F(ServicesOfARun, AnswerAllTestsByASocketInTheWorkingDirectory) {
  write_counting(directory_.path() / "of-run");
  expect_one_for_all(run_linked("Together.*", {"--cloister_jobs=1"}));
}

TEST_F(ServicesOfARun, AnswerByAPortOnTheHostsNetwork) {
  write_service(
      "deeds = [\"count=7003\"]\nready.port = 7003\nper = \"run\"\nenv = { SERVED_PORT = \"7003\" "
      "}");
  expect_one_for_all(run_linked("Together.*", {"--cloister_network=host", "--cloister_jobs=1"}));
}

TEST_F(ServicesOfARun, SayThatAPortIsOutOfReach) {
  if (!has_own_network()) return;
  write_service("deeds = [\"count=7004\"]\nready.port = 7004\nper = \"run\"\nname = \"server\"");
  EXPECT_THAT(
      err_of("Good.HasNoChild"),
      HasSubstr("that is started once for the run, on the host's network, and this test has "
                "a network of its own; set network = \"host\" for its tests, or per = "
                "\"cell\" for the service"));
}

TEST_F(ServicesOfARun, AreNotStartedForOtherTests) {
  const std::string socket = directory_.path() / "of-run";
  write_counting(socket, "\nfilter = \"Alone.*\"");
  EXPECT_EQ(run_linked("Unserved.HasNoVariable").status, 0);
  EXPECT_FALSE(std::filesystem::exists(socket));
}

TEST_F(ServicesOfARun, AreAskedToStop) {
  const std::string log = directory_.path() / "stopped";
  std::ofstream(directory_.path() / "cloister.toml")
      << "[[service]]\nper = \"run\"\nready.log_line = \"ready\"\nstop_signal = \"SIGUSR1\"\n"
      << "command = [\"sh\", \"-c\", \"trap 'echo stopped >" << log
      << "; exit' USR1; echo ready; while :; do sleep 0.05; done\"]\n";
  EXPECT_EQ(run_linked("Good.HasNoChild").status, 0);
  EXPECT_EQ(content_of(log), "stopped\n");
}

TEST_F(ServicesOfARun, ThatDoNotStopAreKilled) {
  const HostState before;
  write_service(
      "deeds = [\"deaf=15\", \"child\"]\nready.log_line = \"child\"\nper = \"run\"\nstop_within = "
      "\"200ms\"");
  EXPECT_EQ(run_linked("Good.HasNoChild").status, 0);
  EXPECT_EQ(left_since(before), "");
}

TEST_F(ServicesOfARun, ThatAreNotReadyFailEveryTest) {
  write_service(
      "deeds = [\"exit=3\"]\nready.log_line = \"ready\"\nper = \"run\"\nname = \"server\"");
  EXPECT_EQ(count(err_of("Alone.*"), "cannot start the service 'server'"), 3U);
}

TEST_F(ServicesOfARun, EndWithTheKilledRun) {
  const HostState before;
  const std::string socket = directory_.path() / "of-run";
  write_counting(socket);
  run_linked("Bad.Hangs", {}, {"timeout", "-s", "KILL", "1"});
  EXPECT_TRUE(std::filesystem::exists(socket));
  EXPECT_TRUE(holds_within(std::chrono::seconds(20), [&] { return left_since(before).empty(); }))
      << left_since(before);
}

TEST_F(ServicesOfAFile, AreExplained) {
  write_service(kCounting);
  EXPECT_THAT(run_linked("Good.HasNoChild", {"--cloister_explain"}).out,
              HasSubstr("  service     guest_serving, in each cell: "));
}

TEST_F(ServicesOfAFile, ForNoTestAreAnError) {
  write_service(std::string(kCounting) + "\nfilter = \"Alon.*\"");
  const Ended ended = run_linked("Good.HasNoChild");
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.err,
              HasSubstr("cloister.toml:4:10: the filter 'Alon.*' of this service matches "
                        "no test; did you mean 'Alone.*'?"));
}

TEST_F(ServicesOfAFile, ThatAreOptionalMayBeForNoTest) {
  write_service(std::string(kCounting) + "\nfilter = \"Alon.*\"\noptional = true");
  EXPECT_EQ(run_linked("Good.HasNoChild").status, 0);
}

TEST_F(ServicesOfAFile, AreNotStartedWithoutCellsWhichIsSaid) {
  write_service(kCounting);
  EXPECT_THAT(run_linked("Good.HasNoChild", {"--cloister=off"}).err,
              HasSubstr("cloister: note: --cloister=off: no [[service]] of "));
}

// Programs that are not linked.
class ServicesOfCloisterRun : public ServicesOfAFile {
 protected:
  Ended run_plain(const std::string& filter, Words options = {}) {
    const std::string beside = tool("cloister");
    Words command = {"env",
                     "-u",
                     "CLOISTER_CONFIG",
                     std::filesystem::exists(beside) ? beside : CLOISTER_COMMAND,
                     "run",
                     "--jobs=4"};
    command.insert(command.end(), options.begin(), options.end());
    command.insert(command.end(), {"--filter=" + filter, guest("served_plain")});
    return run({.command = command, .directory = directory_.path()});
  }
};

TEST_F(ServicesOfCloisterRun, AreThereInEachCellAnew) {
  if (!has_own_network()) return;
  write_service(std::string(kCounting) + "\nenv = { SERVED = \"here\" }");
  const Ended ended = run_plain("Alone.*:Good.HasTheVariable:Good.HasNoChild");
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
}

TEST_F(ServicesOfCloisterRun, AreShownWithATestThatFails) {
  write_service("deeds = [\"say=about to listen\"]\nready.log_line = \"about\"\nname = \"server\"");
  EXPECT_THAT(run_plain("Bad.Crashes").out,
              HasSubstr("what its services printed last:\n      server | about to listen"));
}

TEST_F(ServicesOfCloisterRun, AreOnceForARun) {
  const std::string socket = directory_.path() / "of-run";
  write_service("deeds = [\"count-unix=" + socket + "\"]\nready.unix_socket = \"" + socket +
                "\"\nenv = { SERVED_SOCKET = \"" + socket + "\" }\nper = \"run\"");
  const Ended ended = run_plain("Alone.FirstAsks:Alone.SecondAsks");
  EXPECT_THAT(ended.out, HasSubstr("1 passed, 1 failed")) << ended.out << ended.err;
}

TEST_F(ServicesOfCloisterRun, ForNoTestAreAnError) {
  write_service(std::string(kCounting) + "\nfilter = \"Alon.*\"");
  EXPECT_THAT(run_plain("Good.HasNoChild").err, HasSubstr("of this service matches no test"));
}

}  // namespace
}  // namespace cloister::selftests
