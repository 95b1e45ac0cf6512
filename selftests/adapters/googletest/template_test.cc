// Tests that are forks of a process in which their suite was set up: Scope::kSnapshot, kServices
// and kAuto. That their reports are GoogleTest's own is tested in same_report_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/vfs.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "selftests/support/disk_directory.h"
#include "selftests/support/guests.h"
#include "selftests/support/lane.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;
using testing::Not;

Ended forking(const std::string& filter, const std::string& scope,
              std::vector<std::string> options = {}) {
  std::vector<std::string> command = {guest("forking"), "--gtest_filter=" + filter,
                                      "--cloister_scope=" + scope, "--cloister_jobs=4"};
  command.insert(command.end(), options.begin(), options.end());
  return run({.command = command});
}

bool is_on_overlay(const std::string& directory) {
  struct statfs status{};
  return statfs(directory.c_str(), &status) == 0 && status.f_type == 0x794c7630;
}

// Copies of files are made by overlayfs, which not every kernel of a lane has. It stacks no more
// than twice, and in a cell what there are views of is on one already.
bool can_fork() {
  const char* home = getenv("HOME");
  return lane_gives("own view of files") && !is_on_overlay(std::filesystem::current_path()) &&
         !is_on_overlay("/var/tmp") && (home == nullptr || !is_on_overlay(home));
}

class BothKinds : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Each, BothKinds, testing::Values("snapshot", "services", "auto"));

TEST_P(BothKinds, SetsUpOnceAndEachTestHasAllForItself) {
  if (!can_fork()) return;
  const Ended ended = forking("Prepared.*", GetParam());
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_EQ(count(ended.out, "set up in"), 1U) << ended.out;
  EXPECT_EQ(count(ended.out, "torn down in"), 1U) << ended.out;
}

TEST_P(BothKinds, RunsStaticDestructorsOfEachForkIfAsked) {
  if (!can_fork()) return;
  const DiskDirectory directory("cloister-destroyed-XXXXXX");
  const std::string file = directory.path() / "lines";
  const auto lines_with = [&](const std::string& exit) {
    std::filesystem::remove(file);
    const Ended ended = run({{guest("forking"), "--gtest_filter=Prepared.*",
                              "--cloister_scope=" + std::string(GetParam()),
                              "--cloister_exit=" + exit, "--cloister_files=host"},
                             {"DESTROYED=" + file}});
    EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
    return count(content_of(file), "here");
  };
  EXPECT_EQ(lines_with("_exit"), 1U) << "of the program that was started";
  EXPECT_EQ(lines_with("exit"), 5U) << "and those of the template and its three forks";
}

TEST_P(BothKinds, HasAMillionObjectsForNothing) {
  if (!can_fork()) return;
  const Ended ended = forking("LargeHeap.*", GetParam());
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
}

TEST_P(BothKinds, GivesATestNoMoreRights) {
  if (!can_fork()) return;
  const Ended ended = forking("Rights.*", GetParam());
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
}

TEST_P(BothKinds, HurtsNoSibling) {
  if (!can_fork()) return;
  const Ended ended = forking("Bad.*-*Memory", GetParam(), {"--cloister_deadline=2s"});
  EXPECT_THAT(ended.out, HasSubstr("Bad.Crashes was killed by SIGABRT"));
  EXPECT_THAT(ended.out, HasSubstr("Bad.Exits exited with status 3"));
  EXPECT_THAT(ended.out, HasSubstr("Bad.Hangs did not end within its deadline of 2 s"));
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] Bad.DiesForADeathTest"));
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] Bad.Good"));
  EXPECT_EQ(ended.status, 1);
}

TEST_P(BothKinds, OfASetUpThatFailsIsAsPlain) {
  if (!can_fork()) return;
  const Ended plain = run({{guest("forking"), "--gtest_filter=BadSetUp.*", "--cloister=off"}});
  const Ended ended = forking("BadSetUp.*", GetParam());
  EXPECT_EQ(first_difference(without_times(plain.out), without_times(ended.out)), "");
}

TEST_P(BothKinds, OfASetUpThatDiesTriesOnceMore) {
  if (!can_fork()) return;
  const Ended ended = forking("DyingSetUp.*", GetParam());
  EXPECT_EQ(count(ended.out, "was killed by SIGABRT"), 3U) << ended.out;
  EXPECT_EQ(count(ended.out, "in SetUpTestSuite"), 3U) << ended.out;
}

TEST_P(BothKinds, OfATearDownThatDiesFailsTheLast) {
  if (!can_fork()) return;
  const Ended ended = forking("DyingTearDown.*", GetParam());
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] DyingTearDown.First"));
  EXPECT_THAT(ended.out, HasSubstr("DyingTearDown.Second was killed by SIGABRT"));
  EXPECT_THAT(ended.out, HasSubstr("in TearDownTestSuite"));
}

TEST_P(BothKinds, NeedsNoTemplateWithoutASetUp) {
  const Ended ended = forking("WithoutSetUp.*", GetParam(), {"--cloister_ledger"});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.err, Not(HasSubstr("scope=auto")));
}

TEST(Snapshot, RunsTestsOfASuiteAtOnce) {
  if (!can_fork()) return;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(forking("AtOnce.*", "snapshot").status, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(1800));
}

TEST(Services, RunsThemOneAfterTheOther) {
  if (!can_fork()) return;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(forking("AtOnce.*", "services").status, 0);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(2000));
}

// Of all processes that this one has waited for.
std::chrono::milliseconds processor_time() {
  rusage used{};
  getrusage(RUSAGE_CHILDREN, &used);
  const auto milliseconds = [](const timeval& time) {
    return std::chrono::milliseconds(time.tv_sec * 1000 + time.tv_usec / 1000);
  };
  return milliseconds(used.ru_utime) + milliseconds(used.ru_stime);
}

TEST_P(BothKinds, WaitsWithoutWork) {
  if (!can_fork()) return;
  const auto before = processor_time();
  EXPECT_EQ(forking("AtOnce.*", GetParam(), {"--cloister_jobs=1"}).status, 0);  // for 2 s
  EXPECT_LT(processor_time() - before, std::chrono::milliseconds(1000));
}

struct Left {
  const char* suite;
  const char* words;
};
class LeftBySetUp : public testing::TestWithParam<Left> {};
INSTANTIATE_TEST_SUITE_P(
    Each, LeftBySetUp,
    testing::Values(Left{"LeavesThread", "left 1 more thread running: use scope=suite"},
                    Left{"LeavesEpoll", ", which is an epoll: use scope=suite"},
                    Left{"LeavesDevice", " open, which is '/dev/pt"},
                    Left{"LeavesSharedMemory",
                         "left shared memory that can be written: /tmp/mapped of 4 KiB: use "
                         "scope=suite"}));

TEST_P(LeftBySetUp, IsSaidAndNotForked) {
  if (!can_fork()) return;
  const auto& [suite, words] = GetParam();
  for (const char* scope : {"snapshot", "services"}) {
    const Ended ended = forking(std::string(suite) + ".*", scope);
    EXPECT_EQ(ended.status, 1);
    EXPECT_EQ(count(ended.out, std::string("SetUpTestSuite of ") + suite), 2U) << ended.out;
    EXPECT_EQ(count(ended.out, words), 2U) << ended.out;
  }
}

TEST_P(LeftBySetUp, MakesAutoOneProcess) {
  if (!can_fork()) return;
  const std::string suite = GetParam().suite;
  const Ended ended = forking(suite + ".*", "auto");
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.err,
              HasSubstr(suite + ": scope=auto is scope=suite here, because SetUpTestSuite "
                                "left "));
}

// A host may refuse io_uring_setup(2).
TEST(Snapshot, SaysThatItCannotForkARing) {
  if (!can_fork()) return;
  const Ended ended = forking("LeavesRing.*", "snapshot");
  const bool refused = ended.contains("no ring: ");
  EXPECT_EQ(ended.status, refused ? 0 : 1) << ended.out;
  EXPECT_EQ(count(ended.out, "which is an io_uring: use scope=suite"), refused ? 0U : 2U)
      << ended.out;
}

TEST(Snapshot, SaysWhichServersItCannotFork) {
  if (!can_fork()) return;
  const Ended ended = forking("Served.Answer*", "snapshot");
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, HasSubstr("SetUpTestSuite of Served left guest_forking (pid "));
  EXPECT_THAT(ended.out, HasSubstr(") running on 127.0.0.1:6379, "));
  EXPECT_THAT(ended.out, HasSubstr(": use scope=services"));
}

TEST(Services, AnswerEveryTestAndNothingElseIsLeft) {
  if (!can_fork()) return;
  for (const char* scope : {"services", "auto"}) {
    const Ended ended = forking("Served.*", scope, {"--cloister_leaks=report"});
    EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("Served.LeavesAProcessAPortAndMemory left 1 process"));
    EXPECT_THAT(ended.err, HasSubstr("left 1 System V shared memory segment: key 0x7, 4096 bytes"));
  }
}

TEST(Auto, SaysWhatItIs) {
  if (!can_fork()) return;
  EXPECT_THAT(forking("Prepared.*", "auto").err,
              HasSubstr("cloister: note: Prepared: scope=auto is scope=snapshot here\n"));
  EXPECT_THAT(forking("Served.Answer*", "auto").err,
              HasSubstr("Served: scope=auto is scope=services here, because SetUpTestSuite left "));
}

TEST(Services, FailWithTheirTemplate) {
  if (!can_fork()) return;
  const Ended ended = forking("KilledTemplate.*", "services");
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(count(ended.out, "[  FAILED  ] KilledTemplate.First ("), 1U) << ended.out;
  EXPECT_EQ(count(ended.out, "[  FAILED  ] KilledTemplate.Second ("), 1U) << ended.out;
}

TEST(Snapshot, IsCappedByWhatATestAdds) {
  if (!can_fork() || !lane_gives("memory cap")) return;
  const Ended ended =
      forking("Bad.TakesMuchMemory:Bad.Good", "snapshot", {"--cloister_memory=64M"});
  EXPECT_THAT(ended.out, HasSubstr("Bad.TakesMuchMemory reached its memory cap of 64 MiB"));
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] Bad.Good"));
}

TEST(Snapshot, IsRefusedWhereThereAreNoCopiesOfFiles) {
  if (can_fork()) return;
  const Ended ended = forking("Prepared.*", "snapshot");
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(count(ended.out, "cannot fork this test from the template of its suite with ") +
                count(ended.out, "cannot show a copy of '/tmp', by overlayfs"),
            3U)
      << ended.out;
}

TEST(Auto, IsOneProcessWhereThereAreNoCopiesOfFiles) {
  if (can_fork()) return;
  const Ended ended = forking("AtOnce.*", "auto");
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("AtOnce: scope=auto is scope=suite here, because "));
}

class Files : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Each, Files, testing::Values("snapshot", "services", "suite"));
TEST_P(Files, OfSetUpTestsAndTearDownAreThere) {
  if (!can_fork()) return;
  const std::filesystem::path place = std::filesystem::current_path() / "template_files";
  std::filesystem::remove_all(place);
  std::filesystem::create_directories(place);
  const std::string filter =
      std::string(GetParam()) == "suite" ? "WritesFiles.First" : "WritesFiles.*";
  const Ended ended = run({.command = {guest("forking"), "--gtest_filter=" + filter,
                                       std::string("--cloister_scope=") + GetParam()},
                           .directory = place});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_EQ(ended.err, "");
  EXPECT_EQ(content_of(place / "by_set_up"), "set-up");
  EXPECT_EQ(content_of(place / "by_both"), "test");
  EXPECT_EQ(content_of(place / "by_first"), "test");
  EXPECT_EQ(content_of(place / "by_tear_down"), "tear-down");
  std::filesystem::remove_all(place);
}

TEST(Snapshot, CannotBeWhereEachTestStartsTheProgram) {
  const Ended ended = forking("Prepared.*", "snapshot", {"--cloister_launch=exec"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(count(ended.out,
                  "this program starts anew for each test (launch=exec); use "
                  "scope=suite"),
            3U)
      << ended.out;
}

TEST(Snapshot, CannotHaveAnAudit) {
  if (!can_fork()) return;
  const Ended ended = forking("Prepared.*", "snapshot", {"--cloister_audit"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, HasSubstr("from the template of its suite with an audit of its own; use "
                                   "scope=suite, or leave that setting out"));
}

}  // namespace
}  // namespace cloister::selftests
