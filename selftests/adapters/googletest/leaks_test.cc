// What tests leave in their cells, as a run tells it: leaks = ignore, report and fail.
#include <gtest/gtest.h>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

// A cell of its own is what a test leaves things in; a host that cannot give one has no findings.
class LeavingTests : public testing::Test {
 protected:
  void SetUp() override {
    if (!lane_gives("private /tmp and /dev/shm"))
      GTEST_SKIP() << "the lane of a container gives no cells: nothing is left in one";
  }
  static Ended leaving(const std::string& test, std::vector<std::string> options = {}) {
    std::vector<std::string> command = {guest("leaving"), "--gtest_filter=Leaving." + test};
    command.insert(command.end(), options.begin(), options.end());
    return run({.command = command});
  }
};

TEST_F(LeavingTests, PassWithoutANoteWhereTheyLeaveNothing) {
  const Ended ended = leaving("Nothing", {"--cloister_leaks=fail"});
  EXPECT_EQ(ended.status, 0) << ended.out;
  EXPECT_FALSE(ended.contains("note: Leaving.")) << ended.err;
}

TEST_F(LeavingTests, PassWithANoteOfAProcessAndItsCommandLine) {
  const Ended ended = leaving("AProcess");
  EXPECT_EQ(ended.status, 0) << ended.out;
  EXPECT_TRUE(ended.contains("cloister: note: Leaving.AProcess left 1 process: ")) << ended.err;
  EXPECT_TRUE(ended.contains(" 'sleep 12345'")) << ended.err;
}

TEST_F(LeavingTests, PassWithANoteOfSharedMemory) {
  const Ended ended = leaving("SharedMemory");
  EXPECT_EQ(ended.status, 0) << ended.out;
  EXPECT_TRUE(ended.contains("1 file in /dev/shm: leaving-memory")) << ended.err;
  EXPECT_TRUE(ended.contains("1 System V shared memory segment: ")) << ended.err;
}

TEST_F(LeavingTests, PassWithoutANoteOfAFileInTmp) {
  const Ended ended = leaving("AFile");
  EXPECT_EQ(ended.status, 0) << ended.out;
  EXPECT_FALSE(ended.contains("note: Leaving.")) << ended.err;
}

TEST_F(LeavingTests, FailForAFileWhereTheRunSaysSo) {
  const Ended ended = leaving("AFile", {"--cloister_leaks=fail"});
  EXPECT_EQ(ended.status, 1) << ended.out;
  EXPECT_TRUE(ended.contains("1 file in /tmp: leaving-file")) << ended.out;
  EXPECT_TRUE(ended.contains("--cloister_leaks")) << "the cure: " << ended.out;
}

TEST_F(LeavingTests, FailWhereTheTestSaysSo) {
  const Ended ended = leaving("AFileAndMayNot");
  EXPECT_EQ(ended.status, 1) << ended.out;
  EXPECT_TRUE(ended.contains("1 file in /tmp: leaving-file")) << ended.out;
}

TEST_F(LeavingTests, HaveNoNoteWhereTheTestSaysSo) {
  const Ended ended = leaving("SharedMemoryAndMay");
  EXPECT_EQ(ended.status, 0) << ended.out;
  EXPECT_FALSE(ended.contains("note: Leaving.")) << ended.err;
}

TEST_F(LeavingTests, HaveNoNoteWhereTheRunSaysSo) {
  const Ended ended = leaving("SharedMemory", {"--cloister_leaks=ignore"});
  EXPECT_EQ(ended.status, 0) << ended.out;
  EXPECT_FALSE(ended.contains("note: Leaving.")) << ended.err;
}

TEST_F(LeavingTests, FailForTheirOwnReasonAndForWhatTheyLeave) {
  const Ended ended = leaving("AFileAndFails", {"--cloister_leaks=fail"});
  EXPECT_EQ(ended.status, 1) << ended.out;
  EXPECT_TRUE(ended.contains("for a reason of its own")) << ended.out;
  EXPECT_TRUE(ended.contains("1 file in /tmp: leaving-file")) << ended.out;
}

}  // namespace
}  // namespace cloister::selftests
