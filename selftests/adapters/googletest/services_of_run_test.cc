// [[service]] of cloister.toml, from outside: services of a run, and of programs that are not
// linked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "selftests/adapters/googletest/services_of_a_file.h"
#include "selftests/support/host_state.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;

class ServicesOfARun : public ServicesOfAFile {
 protected:
  void expect_one_for_all(const Ended& ended) {
    EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
    for (const char* asked : {"asked as 2.", "asked as 4.", "asked as 6."})
      EXPECT_EQ(count(ended.out, asked), 1U) << ended.out;
  }
};

TEST_F(ServicesOfARun, AnswerAllTestsByASocketBelowTmp) {
  const std::string socket = scratch("of-run");
  write_service_of_run(socket);
  expect_one_for_all(run_linked("Together.*", {"--cloister_jobs=1"}));
  unlink(socket.c_str());
}

TEST_F(ServicesOfARun, AnswerAllTestsByASocketInTheWorkingDirectory) {
  write_service_of_run(directory_.path() / "of-run");
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
  write_service_of_run(socket, "\nfilter = \"Alone.*\"");
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
  write_service_of_run(socket);
  run_linked("Bad.Hangs", {}, {"timeout", "-s", "KILL", "1"});
  EXPECT_TRUE(std::filesystem::exists(socket));
  EXPECT_TRUE(holds_within(std::chrono::seconds(20), [&] { return left_since(before).empty(); }))
      << left_since(before);
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

TEST_F(ServicesOfCloisterRun, AreThereForABinaryThatCannotBeAskedWithout) {
  if (!has_own_network()) return;
  setenv("SERVED_BEFORE_MAIN", "1", 1);
  write_service(std::string(kCounting) + "\nfilter = \"Good.*\"");
  EXPECT_THAT(run_plain("Good.HasConnected").err, HasSubstr("killed by SIGABRT"));
  std::filesystem::remove(directory_.path() / "cloister.toml");
  write_service(kCounting);
  const Ended ended = run_plain("Good.HasConnected");
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  unsetenv("SERVED_BEFORE_MAIN");
}

TEST_F(ServicesOfCloisterRun, AreShownWithATestThatFails) {
  write_service("deeds = [\"say=about to listen\"]\nready.log_line = \"about\"\nname = \"server\"");
  EXPECT_THAT(run_plain("Bad.Crashes").out,
              HasSubstr("what its services printed last:\n      server | about to listen"));
}

TEST_F(ServicesOfCloisterRun, AreOnceForARun) {
  const std::string socket = directory_.path() / "of-run";
  write_service_of_run(socket);
  const Ended ended = run_plain("Alone.FirstAsks:Alone.SecondAsks");
  EXPECT_THAT(ended.out, HasSubstr("1 passed, 1 failed")) << ended.out << ended.err;
}

TEST_F(ServicesOfCloisterRun, ForNoTestAreAnError) {
  write_service(std::string(kCounting) + "\nfilter = \"Alon.*\"");
  EXPECT_THAT(run_plain("Good.HasNoChild").err, HasSubstr("of this service matches no test"));
}

}  // namespace
}  // namespace cloister::selftests
