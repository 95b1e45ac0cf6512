// A process of the test's that has the test's own number, in a pid namespace that the test made, is
// not the test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

Ended run_nested(const std::string& test) {
  return run({{guest("nested"), "--cloister_privileged", "--gtest_filter=Nested." + test}});
}

TEST(NestedPid, HasFailuresThatAreItsOwn) {
  const Ended ended = run_nested("WorkerFails");
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_TRUE(ended.contains("the worker's own affair"));
}

TEST(NestedPid, MayReturnFromTheTest) {
  const Ended ended = run_nested("WorkerReturns");
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
}

TEST(NestedPid, LeavesTheTestsFailuresAlone) {
  const Ended ended = run_nested("TestFailsAfterTheWorkerReturned");
  EXPECT_EQ(ended.status, 1);
  // A newer GoogleTest has an empty line after the words of a failure.
  EXPECT_THAT(ended.out, testing::ContainsRegex("the test's\n\n?\\[  FAILED  \\]")) << ended.err;
}

TEST(NestedPid, DoesNotFinishTheTest) {
  const Ended ended = run_nested("TestExitsAfterTheWorkerReturned");
  EXPECT_EQ(ended.status, 1);
  EXPECT_TRUE(ended.contains("exited with status 0 before the test had ended"))
      << ended.out << ended.err;
}

}  // namespace
}  // namespace cloister::selftests
