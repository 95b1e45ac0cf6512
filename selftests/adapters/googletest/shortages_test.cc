// A run that lacks what every program needs ends soon, says what was lacking, and loses nothing
// that was known.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using namespace std::chrono_literals;

// Two tests that pass, as a command line of sh(1) that ends in `end`.
std::string two_tests(const std::string& end = "") {
  return "exec " + guest("misbehaving") + " --cloister_jobs=2 '--gtest_filter=Neighbour.*' " + end;
}

// A leak checker would want a process, descriptors and memory of its own.
Ended in_shell(const std::string& line) {
  return run({.command = {"sh", "-c", line},
              .environment = {"ASAN_OPTIONS=detect_leaks=0"},
              .limit = 20s});
}

// Each of the two has passed or says why it was not run.
void expect_words(const Ended& ended, const std::string& reason) {
  ASSERT_TRUE(ended.status == 0 || ended.status == 1) << ended.status << ' ' << ended.signal;
  for (const std::string name : {"Neighbour.Before", "Neighbour.After"}) {
    const bool passed = ended.contains("[       OK ] " + name);
    EXPECT_TRUE(passed || ended.contains("cloister: " + name + " was not run: cannot "))
        << ended.out << ended.err;
    EXPECT_TRUE(passed || ended.contains(reason)) << ended.out << ended.err;
  }
}

// Fewer would not do for the shell and the program's libraries.
class TooFewDescriptors : public testing::TestWithParam<int> {};
TEST_P(TooFewDescriptors, EndTheRunBeforeAnyTestWithTheNumberThatItTakes) {
  const std::string limit = std::to_string(GetParam());
  const Ended ended = in_shell("ulimit -n " + limit + "; " + two_tests());
  EXPECT_EQ(ended.status, 2) << ended.out << ended.err;
  EXPECT_EQ(ended.out, kGreeting);
  EXPECT_TRUE(ended.contains("cloister: cannot run tests in cells with at most " + limit +
                             " open files: one at a time takes "))
      << ended.err;
  EXPECT_TRUE(ended.contains("raise that limit (ulimit -n ")) << ended.err;
}
INSTANTIATE_TEST_SUITE_P(UpTo, TooFewDescriptors,
                         testing::Values(6, 8, 10, 12, 14, 16, 18, 20, 24));

class FewDescriptors : public testing::TestWithParam<int> {};
TEST_P(FewDescriptors, MakeFewerTestsRunAtOnce) {
  const std::string limit = std::to_string(GetParam());
  const Ended ended = in_shell("ulimit -n " + limit + "; exec " + guest("sleeping") +
                               " --cloister_jobs=100 '--gtest_filter=*Sleeps*/1?'");
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_TRUE(ended.contains("[  PASSED  ] 10 tests.")) << ended.out << ended.err;
  EXPECT_TRUE(ended.contains("cloister: note: tests run only ")) << ended.err;
  EXPECT_TRUE(ended.contains(" open files, and the limit is " + limit + " (ulimit -n)\n"))
      << ended.err;
}
INSTANTIATE_TEST_SUITE_P(UpTo, FewDescriptors, testing::Values(40, 64, 256));

TEST(SmallFiles, EndTheRunBeforeAnyTestWithTheSizeThatItTakes) {
  const Ended ended =
      run({.command = {"bash", "-c", "ulimit -f 16; " + two_tests()}, .limit = 20s});
  EXPECT_EQ(ended.status, 2) << ended.out << ended.err;
  EXPECT_EQ(ended.out, kGreeting);
  EXPECT_TRUE(ended.contains("no file may have more than 16 KiB; raise that limit (ulimit -f "))
      << ended.err;
}

#ifndef SANITIZED
TEST(SmallStack, IsLargeEnough) {
  const Ended ended =
      run({.command = {"bash", "-c", "ulimit -s 64; " + two_tests()}, .limit = 20s});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
}
#endif

class FewProcesses : public testing::TestWithParam<int> {};
TEST_P(FewProcesses, AreNamedInEachTestThatLacksOne) {
  std::vector<std::string> command;
  if (geteuid() == 0) {  // for whom there is no such limit; it counts all that a user has
    const std::string uid = std::to_string(54000 + GetParam());
    command = {"setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups"};
  }
  command.insert(command.end(),
                 {"bash", "-c", "ulimit -u " + std::to_string(GetParam()) + "; " + two_tests()});
  expect_words(
      run({.command = command, .environment = {"ASAN_OPTIONS=detect_leaks=0"}, .limit = 20s}),
      "(EAGAIN)");
}
INSTANTIATE_TEST_SUITE_P(UpTo, FewProcesses, testing::Values(1, 2, 3, 4, 6, 8));

// How many processes this user has now.
int own_processes() {
  int count = 0;
  for (const auto& process : std::filesystem::directory_iterator("/proc")) {
    struct stat status{};
    count += stat(process.path().c_str(), &status) == 0 && status.st_uid == geteuid() &&
             isdigit(process.path().filename().string()[0]) != 0;
  }
  return count;
}

// What a run takes besides its tests are some five; each test takes two.
TEST(FewProcesses, MakeFewerTestsRunAtOnce) {
  int limit = 16;
  std::vector<std::string> command;
  if (geteuid() == 0) {
    command = {"setpriv", "--reuid=54100", "--regid=54100", "--clear-groups"};
  } else {
    limit += own_processes();
  }
  command.insert(command.end(),
                 {"bash", "-c",
                  "ulimit -u " + std::to_string(limit) + "; exec " + guest("sleeping") +
                      " --cloister_jobs=50 '--gtest_filter=*Sleeps*/1?'"});
  const Ended ended = run({.command = command, .limit = 30s});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_TRUE(ended.contains("cloister: note: tests run only ")) << ended.err;
  EXPECT_TRUE(ended.contains("(EAGAIN); raise the limit on processes (ulimit -u")) << ended.err;
}

#ifndef SANITIZED
TEST(NoMemory, ForTheRunItselfInterruptsIt) {
  const std::string report = scratch("report");
  const Ended ended =
      run({.command = {guest("listening"), "--cloister_jobs=1", "--gtest_output=xml:" + report},
           .environment = {"GUEST_LISTENER=leaves no memory"},
           .limit = 20s});
  EXPECT_EQ(ended.status, 1) << ended.out << ended.err;
  EXPECT_TRUE(ended.contains("cloister: interrupted by a lack of memory")) << ended.err;
  EXPECT_TRUE(content_of(report).contains("name=\"IsPouredAway\" file")) << content_of(report);
  unlink(report.c_str());
}

TEST(NoMemory, ForCellsIsSaidAndRunsNoTestWithoutThem) {
  const std::string all_passed = "[  PASSED  ] 2 tests.";
  for (const char* limit : {"9000", "10000", "12288", "16384"}) {
    const std::string limited = "ulimit -v " + std::string(limit) + "; ";
    // Some C++ libraries have no memory left there for what they need before main().
    const bool is_enough_for_main =
        in_shell(limited + two_tests("--cloister=off")).contains(all_passed);
    EXPECT_TRUE(is_enough_for_main || std::string(limit) == "9000") << limit;
    if (!is_enough_for_main) continue;
    const Ended ended = in_shell(limited + two_tests());
    const bool passed = ended.contains(all_passed);
    const bool without = ended.contains("no user namespace") && lane_gives("user namespace");
    EXPECT_FALSE(passed && without) << limit << ended.err;
    EXPECT_TRUE(passed || ended.contains("(ENOMEM); ") || ended.contains("ulimit -v"))
        << limit << ended.out << ended.err;
  }
}
#endif

TEST(NoMemory, ForTheWardenIsSaidAndEndsNoOtherProcessesMain) {
  const Ended ended = run({.command = {guest("memoryless")}, .limit = 20s});
  EXPECT_EQ(ended.status, 1) << ended.out << ended.err;
  EXPECT_TRUE(ended.contains("cannot go on: no memory is left for it; raise its limit (ulimit -v)"))
      << ended.err;
  EXPECT_TRUE(ended.contains("Memoryless.Test was not run: the warden ended with status 1"));
  EXPECT_EQ(ended.out.find("main goes on"), ended.out.rfind("main goes on")) << ended.out;
}

TEST(FullDisk, BehindStdoutEndsAsAPlainRunDoes) {
  for (const char* cells : {"on", "off"}) {
    const Ended ended = in_shell(two_tests("--cloister=" + std::string(cells) + " >/dev/full"));
    EXPECT_EQ(ended.status, 0) << cells << ended.err;
  }
}

// Two tests with a report on a disk of 4 KiB that is full before they start.
Ended on_full_disk(const std::string& output) {
  return run({.command = {"unshare", "-Urm", "sh", "-c",
                          "mount -t tmpfs -o size=4k none /mnt && cd /mnt && "
                          "head -c 4096 /dev/zero >full && " +
                              two_tests("--gtest_output=" + output)},
              .limit = 20s});
}

TEST(FullDisk, UnderTheReportIsNamedAndFailsTheRun) {
  for (const char* output : {"xml:report.xml", "json:report.json", "xml", "xml:/mnt/"}) {
    const Ended ended = on_full_disk(output);
    EXPECT_EQ(ended.status, 1) << output << ended.err;
    EXPECT_TRUE(ended.contains("cloister: cannot write the whole report to '/mnt/")) << ended.err;
    EXPECT_TRUE(ended.contains("No space left on device (ENOSPC); make room")) << ended.err;
  }
}

TEST(FullDisk, IsNoneWhereTheReportIsWhole) {
  const std::string file = scratch("whole");
  for (const std::string& output : {"xml:" + file, "json:" + file, std::string("xml:/dev/null")}) {
    const Ended ended = in_shell(two_tests("--gtest_output=" + output));
    EXPECT_EQ(ended.status, 0) << output;
    EXPECT_FALSE(ended.contains("the whole report")) << output << ended.err;
  }
  unlink(file.c_str());
}

TEST(ClosedPipe, BehindStdoutEndsAsAPlainRunDoes) {
  for (const char* cells : {"on", "off"}) {
    const Ended ended =
        in_shell("{ sleep 0.3; (" + two_tests("--gtest_repeat=3 --cloister=" + std::string(cells)) +
                 "); echo status $? >&2; } | true");
    EXPECT_TRUE(ended.contains("status " + std::to_string(128 + SIGPIPE))) << cells << ended.err;
  }
}

std::string listening(const char* how, const char* cells) {
  const Ended ended = run({.command = {guest("listening"), std::string("--cloister=") + cells,
                                       "--gtest_filter=*Poured*"},
                           .environment = {std::string("GUEST_LISTENER=") + how},
                           .limit = 20s});
  EXPECT_EQ(ended.signal, 0) << how << cells;
  return without_times(ended.out) + std::to_string(ended.status);
}

TEST(Listener, ThatThrowsEndsTheRunWithThePlainRunsWords) {
  const std::string in_cells = listening("throws", "on");
  EXPECT_NE(in_cells.find("the listener's own"), std::string::npos) << in_cells;
  EXPECT_EQ(in_cells.back(), '1');
}

TEST(Listener, ThatIsSlowChangesNothing) {
  EXPECT_EQ(listening("is slow", "on"), listening("is nothing special", "on"));
}

}  // namespace
}  // namespace cloister::selftests
