// Tests that start the program anew, and why they do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using testing::ContainsRegex;

constexpr const char* kNote =
    "cloister: note: 1 more thread is running before the tests: each test starts the program anew, "
    "for a fork would be without it (--cloister_launch=fork forks nevertheless)\n";

Ended run_threaded(const std::string& filter, std::vector<std::string> flags = {},
                   std::vector<std::string> environment = {}) {
  Program program{{guest("threaded"), "--gtest_filter=" + filter}};
  program.command.insert(program.command.end(), flags.begin(), flags.end());
  program.environment = std::move(environment);
  return run(program);
}

TEST(Launch, IsByExecWhereThreadsExistBeforeTheRun) {
  const Ended ended = run_threaded("Thread.*");
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_NE(ended.err.find(kNote), std::string::npos) << ended.err;
}

TEST(Launch, KeepsNameAndArgumentsOfTheProgram) {
  const Ended ended = run_threaded("Process.Has*", {"an argument"});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
}

TEST(Launch, TellsTheTestItsLimits) {
  const Ended ended = run_threaded("Limits.*", {}, {"CLOISTER_HOSTNAME=abbey"});
  EXPECT_EQ(ended.status, lane_gives("own hostname") ? 0 : 1) << ended.out << ended.err;
}

TEST(Launch, PrintsWhatMainPrintsOnce) {
  const Ended ended = run_threaded("Thread.*");
  const std::size_t first = ended.out.find("main begins\n");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(ended.out.find("main begins\n", first + 1), std::string::npos);
}

TEST(Launch, LeavesACrashWhereItHappened) {
  const Ended ended = run_threaded("Process.Crashes*");
  EXPECT_TRUE(ended.contains("Process.CrashesWithTheThread was killed by SIGABRT"));
  EXPECT_TRUE(ended.contains("in the test body"));
}

TEST(Launch, ByForkIsThereForThoseWhoAskAndSaysWhatIsMissing) {
  const Ended ended = run_threaded("Thread.*", {"--cloister_launch=fork"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_TRUE(
      ended.contains("cloister: note: 1 more thread is running before the tests; it does "
                     "not exist in them\n"));
  EXPECT_TRUE(ended.contains("[  FAILED  ] Thread.Ticks"));
}

TEST(Launch, OfAProgramThatRegistersOtherTestsFailsWithTheReason) {
  const Ended ended = run_threaded("A.Forgotten", {}, {"GUEST_FORGETS=1"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_TRUE(ended.contains(
      "A.Forgotten was not run: cannot find the test 'A.Forgotten' in the program that was started "
      "again for it: it registers other tests than in the first place"))
      << ended.out;
}

TEST(Launch, IsNotTakenForThatOfAnotherProcess) {
  const Ended ended = run_threaded("Thread.*", {}, {"CLOISTER_START_AGAIN=0:1"});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
}

TEST(Launch, SaysWhatIsWrongWithAHandOver) {
  const Ended ended = run({{"sh", "-c", "CLOISTER_START_AGAIN=0:$$ exec " + guest("threaded")}});
  EXPECT_EQ(ended.status, 2);
  EXPECT_EQ(ended.err.rfind("cloister: cannot map the page shared with the warden: ", 0), 0U);
}

TEST(Launch, OfAMainThatSelectsOtherTestsInTheCellFailsWithTheReason) {
  const Ended ended = run_threaded("Thread.Ticks", {}, {"GUEST_MAIN=narrows"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_TRUE(ended.contains(
      "cloister: Thread.Ticks ended well, but GoogleTest did not run it in its cell\n"))
      << ended.out;
}

TEST(Launch, OfAMainThatExitsShowsItsWords) {
  const Ended ended = run_threaded("Thread.Ticks", {}, {"GUEST_MAIN=exits"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_TRUE(ended.contains("cannot find the socket\n"));
  EXPECT_TRUE(ended.contains("Thread.Ticks exited with status 3 before the test had ended"));
}

TEST(Launch, SparesTheChildrenOfMain) {
  const Ended ended = run_threaded("Thread.Ticks", {}, {"GUEST_MAIN=starts a child"});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
}

TEST(Launch, NeedsNoFileSize) {
  const Ended ended = run_threaded("Thread.*", {"--cloister_file_size=0"});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
}

TEST(Launch, OutlivesAThreadThatReadsForEver) {
  Program program{{guest("threaded"), "--gtest_filter=Thread.*"}, {"GUEST_READS=1"}};
  program.limit = std::chrono::seconds(20);
  const Ended ended = run(program);
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
}

class InGuest : public testing::TestWithParam<const char*> {
 protected:
  Ended run_listening(std::vector<std::string> environment = {}) {
    return run({{guest("listening"), GetParam()}, std::move(environment)});
  }
};

TEST_P(InGuest, AListenersAssertionsCountForTheTest) {
  const Ended ended = run_listening();
  EXPECT_EQ(ended.status, 1);
  EXPECT_TRUE(ended.contains("[       OK ] Water.IsPouredAway"));
  // A newer GoogleTest has an empty line after the words of a failure.
  EXPECT_THAT(ended.out,
              ContainsRegex("water leaked\n\n?checker hears\n\\[  FAILED  \\] Water.Leaks"));
  EXPECT_EQ(ended.out.find("cloister:"), std::string::npos) << ended.out;
}
INSTANTIATE_TEST_SUITE_P(Launches, InGuest,
                         testing::Values("--cloister_launch=fork", "--cloister_launch=exec",
                                         "--cloister=off"));

TEST(ListenerInGuest, IsShownAtTheStartOfTheRun) {
  const Ended ended = run({{guest("listening")}});
  EXPECT_TRUE(ended.contains("Running 2 tests from 1 test suite.\nchecker starts\n")) << ended.out;
  EXPECT_EQ(ended.out.find("checker starts"), ended.out.rfind("checker starts")) << ended.out;
}

TEST(ListenerInGuest, HearsNothingOfWhatFailFastPassesOver) {
  const Ended ended = run({{guest("each_place"), "--gtest_fail_fast",
                            "--gtest_filter=Body/NoHooks/NonFatal.*:Body/NoHooks/Success.*"},
                           {"GUEST_LISTENER="}});
  const std::string end = "the listener's TestEnd\n";
  EXPECT_NE(ended.out.find(end), std::string::npos) << ended.out;
  EXPECT_EQ(ended.out.find(end), ended.out.rfind(end)) << ended.out;
}

TEST(ListenerInGuest, MayAssertAtTheVeryEnd) {
  const Ended ended = run({{guest("listening"), "--gtest_filter=*Poured*"}, {"GUEST_COMPLAINS=1"}});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(
      ended.out,
      ContainsRegex("at the very end\n\n?checker hears\n\\[  FAILED  \\] Water.IsPouredAway"));
}

}  // namespace
}  // namespace cloister::selftests
