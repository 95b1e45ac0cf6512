// `cloister exec` as a way to start a command: how it ends, what it is given, what is said.
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "selftests/adapters/command/cloister.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// Leaves a process behind that is sleep by then, and no fork of the shell any more.
constexpr const char* kLeaves = "sleep 99 & until grep -q sleep /proc/$!/comm; do sleep 0.01; done";

TEST(ExitStatus, IsTheCommands) {
  EXPECT_EQ(exec({}, {"true"}).status, 0);
  EXPECT_EQ(exec_sh({}, "exit 7").status, 7);
}

TEST(ExitStatus, Is128AndTheSignalWithALine) {
  const Ended ended = exec_sh({"--core-size", "0"}, "kill -SEGV $$");
  EXPECT_EQ(ended.status, 128 + SIGSEGV);
  EXPECT_EQ(ended.err, "cloister exec: sh was killed by SIGSEGV (Segmentation fault)\n");
}

TEST(ExitStatus, IsThatOfAKillAtTheDeadline) {
  const Ended ended = exec({"--deadline", "200ms"}, {"sleep", "1000"});
  EXPECT_EQ(ended.status, 128 + SIGKILL);
  EXPECT_EQ(ended.err,
            "cloister exec: sleep did not end within its deadline of 200 ms and was killed\n");
}

TEST(ExitStatus, Is127ForWhatIsNotThereAnd126ForWhatCannotBeExecuted) {
  const Ended missing = exec({}, {"no-such-program"});
  EXPECT_EQ(missing.status, 127);
  EXPECT_THAT(missing.err, StartsWith("cloister exec: cannot execute 'no-such-program': No such "
                                      "file or directory (ENOENT); "));
  const Ended data = exec({}, {"/etc/passwd"});
  EXPECT_EQ(data.status, 126);
  EXPECT_THAT(data.err, HasSubstr("'/etc/passwd': Permission denied (EACCES); "));
}

TEST(ExitStatus, Is125WhereThereIsNoCell) {
  const Ended ended = exec({"--tmpfs", "/no/such/directory"}, {"true"});
  EXPECT_EQ(ended.status, 125);
  EXPECT_EQ(ended.err,
            "cloister exec: true was not run: cannot mount tmpfs on '/no/such/directory': No such "
            "file or directory (ENOENT)\n");
}

TEST(ExitStatus, Is125WhereItIsAskedToShareACell) {
  const Ended ended = exec({"--scope=suite"}, {"true"});
  EXPECT_EQ(ended.status, 125);
  EXPECT_EQ(ended.err,
            "cloister exec: true was not run: cannot let this command share a cell with others, as "
            "scope asks: only the tests of a program that is linked with Cloister can share one; "
            "leave scope out, or link the program with cloister::gtest_main\n");
}

TEST(Streams, AreTheCallersOwn) {
  const Ended ended = exec_sh({}, "echo to out; echo to err >&2; cat");
  EXPECT_EQ(ended.out, "to out\n");
  EXPECT_EQ(ended.err, "to err\n");
  const Ended piped = run({{"sh", "-c", "echo psalm | " + tool("cloister") + " exec -q -- cat"}});
  EXPECT_EQ(piped.out, "psalm\n");
}

TEST(Descriptors, AreClosedUnlessKept) {
  const std::string list = "ls /proc/self/fd | tr '\\n' ' '";
  const std::string with_seven = " exec 7</dev/null; ";
  const auto in_cell = [&](const std::string& options) {
    return run({{"sh", "-c",
                 with_seven + tool("cloister") + " exec -q " + options + " -- sh -c \"" + list +
                     "\""}})
        .out;
  };
  EXPECT_EQ(in_cell(""), "0 1 2 3 ");
  EXPECT_EQ(in_cell("--keep-fds 7"), "0 1 2 3 7 ");
}

TEST(Arguments, ReachTheCommandAsTheyAre) {
  const Ended ended = exec({}, {"printf", "<%s>", "", "--", "[a,b]", "--help", "a b", "-x"});
  EXPECT_EQ(ended.out, "<><--><[a,b]><--help><a b><-x>");
}

TEST(Environment, IsTheCallersAndWhatIsAdded) {
  EXPECT_EQ(exec_sh({"--env", "PSALM=a b", "-e", "LANG=x"}, "echo $PSALM-$LANG-${PATH:+path}").out,
            "a b-x-path\n");
}

TEST(Environment, CanBeClearedButForWhatIsNamed) {
  EXPECT_EQ(run({.command = {tool("cloister"), "exec", "-q", "--clear-env", "--env", "KEPT",
                             "--env", "NEW=1", "--", "env"},
                 .environment = {"KEPT=yes", "GONE=yes"}})
                .out,
            "KEPT=yes\nNEW=1\n");
}

class WrongUse : public testing::TestWithParam<std::pair<std::vector<std::string>, std::string>> {};
INSTANTIATE_TEST_SUITE_P(
    Exec, WrongUse,
    testing::Values(
        std::pair(std::vector<std::string>{"--memory", "lots", "--", "true"},
                  "the option --memory has the value 'lots'; it takes a size such as 512K, 64M or "
                  "1GiB, at most 9e18, or 'none'"),
        std::pair(std::vector<std::string>{"--private-tmp=maybe", "--", "true"},
                  "the option --private-tmp has the value 'maybe'; it takes 1 or 0"),
        std::pair(std::vector<std::string>{"--net=wifi", "--", "true"},
                  "the option --network has the value 'wifi'; it takes none, loopback or host"),
        std::pair(std::vector<std::string>{"--no-net", "--", "true"},
                  "the option --network has the value 'no'; it takes none, loopback or host"),
        std::pair(std::vector<std::string>{"--pid=/tmp/pin", "--", "true"},
                  "the option --pid has the value '/tmp/pin'; it takes yes or no: a cell is used "
                  "once"),
        std::pair(std::vector<std::string>{"--bind", "/etc", "--", "true"},
                  "the option --bind has the value '/etc'; it takes SRC:DST or SRC:DST:ro"),
        std::pair(std::vector<std::string>{"--bind", "/no/such:/mnt", "--", "true"},
                  "it takes a path of the host, but '/no/such': No such file or directory"),
        std::pair(std::vector<std::string>{"--tmpfs", "/mnt:big", "--", "true"},
                  "it takes DST or DST:SIZE, as in /scratch:64M"),
        std::pair(std::vector<std::string>{"--propagation", "up", "--", "true"},
                  "it takes private, slave, shared or unchanged"),
        std::pair(std::vector<std::string>{"--monotonic", "1h", "--", "true"},
                  "it takes a whole number of seconds"),
        std::pair(std::vector<std::string>{"--fork=no", "--", "true"}, "the option --fork"),
        std::pair(std::vector<std::string>{"--kill-child=TERM", "--", "true"}, "it takes KILL"),
        std::pair(std::vector<std::string>{"--memroy", "64M", "--", "true"},
                  "there is no option --memroy"),
        std::pair(std::vector<std::string>{"ls"}, "a command to run comes after '--'"),
        std::pair(std::vector<std::string>{}, "there is no command; write it after '--'")));

TEST_P(WrongUse, IsRefusedWithTheOptionTheValueAndTheCure) {
  Program program{{tool("cloister"), "exec"}};
  program.command.insert(program.command.end(), GetParam().first.begin(), GetParam().first.end());
  const Ended ended = run(program);
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.err, StartsWith("cloister exec: "));
  EXPECT_THAT(ended.err, HasSubstr(GetParam().second));
  EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
}

TEST(Contradiction, IsRefused) {
  const Ended ended = exec({"--no-uts", "--hostname", "abbey"}, {"true"});
  EXPECT_EQ(ended.status, 125);
  EXPECT_THAT(ended.err, HasSubstr("cannot give this command the own hostname it asks for: it is "
                                   "left out; ask for one of the two only"));
}

TEST(Report, IsTheWholeCellReport) {
  const std::string file = scratch("report.json");
  const Ended ended =
      exec_sh({"--report", file}, std::string("echo psalm > /tmp/x; ") + kLeaves + "; exit 3");
  EXPECT_EQ(ended.status, 3);
  const auto report = nlohmann::json::parse(content_of(file));
  unlink(file.c_str());
  EXPECT_EQ(report["outcome"], (nlohmann::json{{"kind", "exited"}, {"status", 3}}));
  EXPECT_GT(report["usage"]["wall_us"], 0);
  EXPECT_EQ(report["tmpfs"][0]["target"], "/tmp");
  EXPECT_EQ(report["tmpfs"][0]["used"], 4096);
  EXPECT_EQ(report["survivors"][0]["name"], "sleep");
}

TEST(Report, ThatCannotBeWrittenIsAnError) {
  const Ended ended = exec({"--report", "/no/such/report.json"}, {"true"});
  EXPECT_EQ(ended.status, 125);
  EXPECT_THAT(ended.err, HasSubstr("cannot write the report to '/no/such/report.json': No such "
                                   "file or directory (ENOENT)"));
}

TEST(Explain, PrintsThePlanAndRunsNothing) {
  const Ended ended = exec_sh({"--explain", "--hostname", "abbey"}, "echo ran");
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("  step        set hostname 'abbey'\n"));
  EXPECT_THAT(ended.out, testing::Not(HasSubstr("ran")));
}

TEST(Notes, TellWhatWasLeftRunning) {
  const std::vector<std::string> command = {tool("cloister"), "exec", "--", "sh", "-c", kLeaves};
  const Ended ended = run({command});
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(ended.err,
              testing::MatchesRegex(".*note: sh left 1 process: [0-9]+ 'sleep [0-9]+'\n.*"));
  EXPECT_THAT(exec_sh({}, kLeaves).err, IsEmpty()) << "--quiet";
}

TEST(Require, RefusesACellThatLacksADefault) {
  const Ended ended = exec({"--require"}, {"true"});
  EXPECT_EQ(ended.status, lane_gives_a_whole_cell() ? 0 : 125) << ended.err;
  EXPECT_EQ(ended.contains("that --require demands: "), !lane_gives_a_whole_cell()) << ended.err;
}

// A command that runs until it is told to end, started by a cloister that can be looked for.
class Running : public testing::Test {
 protected:
  void start(const std::string& line) {
    adopt_orphans();
    int out[2];
    ASSERT_EQ(pipe(out), 0);
    cloister_ = fork();
    if (cloister_ == 0) {
      setsid();  // no terminal
      dup2(out[1], 1);
      close(out[0]);
      execl(tool("cloister").c_str(), "cloister", "exec", "-q", "--", "sh", "-c", line.c_str(),
            nullptr);
      _exit(127);
    }
    close(out[1]);
    output_ = out[0];
    ASSERT_EQ(next_line(), "ready");
  }
  ~Running() override { close(output_); }
  std::string next_line() {
    std::string line;
    for (char c = 0; read(output_, &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }
  int status() {
    int status = 0;
    waitpid(cloister_, &status, 0);
    return status;
  }
  pid_t cloister_ = -1;
  int output_ = -1;
};

TEST_F(Running, SignalsArePassedOn) {
  start("trap 'echo told; exit 9' TERM; echo ready; while :; do sleep 0.01; done");
  kill(cloister_, SIGTERM);
  EXPECT_EQ(next_line(), "told");
  EXPECT_EQ(WEXITSTATUS(status()), 9);
}

TEST_F(Running, ACommandThatDoesNotMindASignalGoesOn) {
  start("trap 'echo told' USR1; trap 'exit 0' INT; echo ready; while :; do sleep 0.01; done");
  kill(cloister_, SIGUSR1);
  EXPECT_EQ(next_line(), "told");
  kill(cloister_, SIGINT);
  EXPECT_EQ(WEXITSTATUS(status()), 0);
}

// Those that nobody can take, those of cloister's own child and faults, and SIGTSTP, which pauses.
bool is_cloisters_own(int number) {
  for (const int own :
       {SIGKILL, SIGSTOP, SIGCHLD, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGSYS, SIGTSTP}) {
    if (number == own) return true;
  }
  return number > SIGSYS && number < SIGRTMIN;
}

TEST_F(Running, EverySignalThatCanBeIsPassedOn) {
  std::vector<int> passed;
  std::string traps;
  for (int number = 1; number <= SIGRTMAX; ++number) {
    if (is_cloisters_own(number)) continue;
    passed.push_back(number);
    traps += "trap 'echo " + std::to_string(number) + "' " + std::to_string(number) + "; ";
  }
  start("exec bash -c \"" + traps + "echo ready; while :; do sleep 0.01; done\"");
  for (const int number : passed) {
    kill(cloister_, number);
    ASSERT_EQ(next_line(), std::to_string(number));
  }
  kill(cloister_, SIGKILL);
  status();
}

TEST_F(Running, ACommandThatHasStoppedItselfIsContinued) {
  start("echo ready; kill -STOP $$; echo continued");
  // Again and again: before it has stopped, the signal continues nothing.
  for (pollfd wait{output_, POLLIN, 0}; poll(&wait, 1, 50) == 0;) kill(cloister_, SIGCONT);
  EXPECT_EQ(next_line(), "continued");
  EXPECT_EQ(status(), 0);
}

TEST(Timeout, EndsACommandThatIsStopped) {
  const auto timed_out = [](const std::vector<std::string>& options, const std::string& line) {
    std::vector<std::string> words{"setsid", "-w", "timeout"};
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {"0.5", tool("cloister"), "exec", "-q", "--", "sh", "-c", line});
    return run({.command = words, .limit = std::chrono::seconds(20)});
  };
  EXPECT_EQ(timed_out({}, "kill -STOP $$").status, 124);
  EXPECT_EQ(timed_out({"-s", "ALRM"}, "kill -STOP $$").status, 124);
  const Ended killed = timed_out({"-k", "0.2"}, "trap '' TERM; kill -STOP $$; exec sleep 1000");
  EXPECT_EQ(killed.signal, SIGKILL);  // timeout(1) ends as it has ended its command
}

TEST_F(Running, NothingOutlivesACloisterThatIsKilled) {
  start("sleep 1000 & echo ready; wait");
  kill(cloister_, SIGKILL);
  EXPECT_EQ(WTERMSIG(status()), SIGKILL);
  holds_within(std::chrono::seconds(5), [] { return descendants().empty(); });
  EXPECT_THAT(descendants(), IsEmpty());
  EXPECT_THAT(stale_cgroups(), IsEmpty());
}

TEST_F(Running, KillZeroReachesTheCellAlone) {
  start("echo ready; kill -TERM 0; sleep 1000");
  EXPECT_EQ(WEXITSTATUS(status()), 128 + SIGTERM);
}

}  // namespace
}  // namespace cloister::selftests
