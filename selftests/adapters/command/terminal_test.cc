// `cloister exec` on a real pseudo-terminal, by hand: with the caller's terminal, and with -t.
#include <gtest/gtest.h>

#include "selftests/adapters/command/cloister.h"
#include "selftests/support/on_terminal.h"

namespace cloister::selftests {
namespace {

// An interactive bash of the caller's, in which cloister is one job among others.
class Job : public testing::TestWithParam<const char*> {
 protected:
  std::string in_cell(const std::string& command) const {
    return tool("cloister") + " exec -q " + GetParam() + " -- " + command;
  }
};
INSTANTIATE_TEST_SUITE_P(CallersTerminal, Job, testing::Values(""));
INSTANTIATE_TEST_SUITE_P(OwnTerminal, Job, testing::Values("-t"));

constexpr const char* kShell = "bash --norc --noprofile --noediting -i";
constexpr const char* kInterruptKey = "\x03";
constexpr const char* kEndOfFileKey = "\x04";
constexpr const char* kStopKey = "\x1a";

OnTerminal caller() { return OnTerminal({"sh", "-c", std::string("exec ") + kShell}); }

#define EXPECT_SHOWS(terminal, text) ASSERT_TRUE((terminal).shows(text)) << (terminal).printed()
#define TYPE_LINE(terminal, text) ASSERT_TRUE((terminal).line(text)) << (terminal).printed()

TEST_P(Job, AnInteractiveShellHasJobControl) {
  OnTerminal terminal = caller();
  TYPE_LINE(terminal, in_cell(kShell));
  TYPE_LINE(terminal, "hostname");
  EXPECT_SHOWS(terminal, "cloister\r\n");
  TYPE_LINE(terminal, "sh -c 'echo run''ning; exec sleep 1000'");
  EXPECT_SHOWS(terminal, "running\r\n");
  terminal.type(kStopKey);
  EXPECT_SHOWS(terminal, "Stopped");
  TYPE_LINE(terminal, "kill %1; fg; echo after=$?");
  EXPECT_SHOWS(terminal, "after=143");
  TYPE_LINE(terminal, "exit 5");
  TYPE_LINE(terminal, "echo status=$?");
  EXPECT_SHOWS(terminal, "status=5");
  TYPE_LINE(terminal, "exit 0");
  EXPECT_EQ(terminal.end(), 0) << terminal.printed();
  EXPECT_EQ(terminal.printed().find("no job control"), std::string::npos) << terminal.printed();
}

TEST_P(Job, TheInterruptKeyEndsTheCommand) {
  OnTerminal terminal = caller();
  TYPE_LINE(terminal, in_cell("sh -c 'echo run''ning; exec sleep 1000'"));
  EXPECT_SHOWS(terminal, "running\r\n");
  terminal.type(kInterruptKey);
  EXPECT_SHOWS(terminal, "was killed by SIGINT");
  TYPE_LINE(terminal, "echo status=$?");
  EXPECT_SHOWS(terminal, "status=130");
}

TEST_P(Job, TheCommandSeesTheWindowAndItsChanges) {
  OnTerminal terminal = caller();
  TYPE_LINE(terminal,
            in_cell("bash -c 'trap \"stty size; exit\" WINCH; stty size; sleep 1000 & wait'"));
  EXPECT_SHOWS(terminal, "24 80\r\n");
  terminal.resize(33, 101);
  EXPECT_SHOWS(terminal, "33 101\r\n");
  TYPE_LINE(terminal, "echo status=$?");
  EXPECT_SHOWS(terminal, "status=0");
}

TEST_P(Job, WhatIsTypedReachesTheCommand) {
  OnTerminal terminal = caller();
  TYPE_LINE(terminal, in_cell("sh -c 'echo rea''dy; read word; echo got=$word; cat'"));
  EXPECT_SHOWS(terminal, "ready\r\n");
  terminal.type("psalm\n");
  EXPECT_SHOWS(terminal, "got=psalm\r\n");
  terminal.type("verse\n");
  EXPECT_SHOWS(terminal, "verse\r\nverse\r\n");
  terminal.type(kEndOfFileKey);
  TYPE_LINE(terminal, "echo status=$?");
  EXPECT_SHOWS(terminal, "status=0");
}

// With a terminal of its own the stop key is the command's, as in a remote shell.
TEST(CallersJob, TheStopKeyStopsAndFgContinues) {
  OnTerminal terminal = caller();
  TYPE_LINE(terminal,
            tool("cloister") + " exec -q -- sh -c 'echo run''ning; sleep 1; echo do''ne'");
  EXPECT_SHOWS(terminal, "running\r\n");
  terminal.type(kStopKey);
  EXPECT_SHOWS(terminal, "Stopped");
  TYPE_LINE(terminal, "fg");
  EXPECT_SHOWS(terminal, "done\r\n");
  TYPE_LINE(terminal, "echo status=$?");
  EXPECT_SHOWS(terminal, "status=0");
}

TEST(CallersJob, AShellThatSuspendsItselfIsAJobOfItsCaller) {
  OnTerminal terminal = caller();
  TYPE_LINE(terminal, tool("cloister") + " exec -q --hostname abbey -- " + kShell);
  TYPE_LINE(terminal, "hostname");
  EXPECT_SHOWS(terminal, "abbey\r\n");
  TYPE_LINE(terminal, "suspend");
  EXPECT_SHOWS(terminal, "Stopped");
  TYPE_LINE(terminal, "fg");
  terminal.type("\n");  // bash had printed its prompt before it stopped
  TYPE_LINE(terminal, "hostname");
  EXPECT_SHOWS(terminal, "abbey\r\n");
  TYPE_LINE(terminal, "exit 3");
  TYPE_LINE(terminal, "echo status=$?");
  EXPECT_SHOWS(terminal, "status=3");
}

TEST(CallersJob, StopsAsOftenAsTheCommandDoes) {
  OnTerminal terminal = caller();
  TYPE_LINE(terminal, tool("cloister") +
                          " exec -q -- sh -c 'kill -STOP $$; echo on''ce; kill -STOP $$; echo "
                          "twi''ce'; echo sto''pped=$?");
  EXPECT_SHOWS(terminal, "stopped=");
  TYPE_LINE(terminal, "fg; echo sta''tus=$?");
  EXPECT_SHOWS(terminal, "once\r\n");
  EXPECT_SHOWS(terminal, "status=147");  // 128 + SIGSTOP
  TYPE_LINE(terminal, "fg; echo l''ast=$?");
  EXPECT_SHOWS(terminal, "twice\r\n");
  EXPECT_SHOWS(terminal, "last=0");
}

TEST(CallersJob, ThatIsStoppedEndsByTimeout) {
  OnTerminal terminal = caller();
  TYPE_LINE(terminal, "timeout 0.5 " + tool("cloister") +
                          " exec -q -- sh -c 'kill -STOP $$'; echo sta''tus=$?");
  EXPECT_SHOWS(terminal, "status=124");
}

TEST(CallersJob, SharesTheTerminalWithItsPipeline) {
  OnTerminal terminal = caller();
  TYPE_LINE(terminal, tool("cloister") +
                          " exec -q -- echo psalm | (read word; echo ready=$word; read key "
                          "</dev/tty; echo $word-$key)");
  EXPECT_SHOWS(terminal, "ready=psalm\r\n");
  terminal.type("k\n");
  EXPECT_SHOWS(terminal, "psalm-k\r\n");
}

TEST(OwnTerminal, IsATerminalEvenForPipes) {
  const Ended ended = run({.command = {tool("cloister"), "exec", "-q", "-t", "--", "tty"}});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_TRUE(ended.out.starts_with("/dev/pts/")) << ended.out;
}

}  // namespace
}  // namespace cloister::selftests
