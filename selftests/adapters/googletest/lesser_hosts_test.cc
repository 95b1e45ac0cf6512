// Hosts on which a system call is refused: a working cell where there is another way, else an
// honest loss.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;
using testing::Not;

Ended run_without(const std::string& error, const std::string& calls, const std::string& test,
                  std::vector<std::string> flags = {}) {
  Program program{
      {tool("without_calls"), error, calls, guest("misbehaving"), "--gtest_filter=" + test}};
  program.command.insert(program.command.end(), flags.begin(), flags.end());
  return run(program);
}

class OtherWay : public testing::TestWithParam<std::pair<const char*, const char*>> {};
TEST_P(OtherWay, GivesTheWholeCell) {
  const auto& [error, calls] = GetParam();
  const Ended ended = run_without(error, calls, "Neighbour.*");
  EXPECT_EQ(ended.status, 0) << ended.out;
  EXPECT_THAT(ended.err, Not(HasSubstr("namespace")));
  EXPECT_THAT(ended.err, Not(HasSubstr("private")));
}
INSTANTIATE_TEST_SUITE_P(Calls, OtherWay,
                         testing::Values(std::pair("ENOSYS", "clone3"),
                                         std::pair("EPERM", "clone3"),
                                         std::pair("ENOSYS", "close_range"),
                                         std::pair("EPERM", "close_range"),
                                         std::pair("ENOSYS", "mount_setattr"),
                                         std::pair("ENOSYS", "clone3,close_range,mount_setattr")));

TEST(Loss, OfTheHostnameIsOneNoticeAndTheRestStays) {
  const Ended ended = run_without("EPERM", "sethostname", "Neighbour.*");
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(
      ended.err,
      HasSubstr("cloister: note: no own hostname on this host: cannot set hostname 'cloister': "
                "Operation not permitted (EPERM); "));
  EXPECT_THAT(ended.err, Not(HasSubstr("namespace")));
}

TEST(Loss, OfWhatIsAskedForFailsTheTest) {
  const Ended ended =
      run_without("EPERM", "sethostname", "Neighbour.*", {"--cloister_hostname=abbey"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out,
              HasSubstr("cannot give this test the own hostname it asks for: cannot set hostname"));
}

TEST(Loss, OfMountsTakesWhatNeedsThemAlong) {
  const Ended ended = run_without("EPERM", "mount", "Neighbour.*");
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(ended.err,
              HasSubstr("no mount namespace on this host: cannot make the mounts private"));
  EXPECT_THAT(ended.err, HasSubstr("no private /proc on this host: there is no mount namespace"));
}

// Whatever is lost, a crash still costs one test, and its neighbours pass.
TEST(Loss, OfEverythingStillContainsACrash) {
  const Ended ended =
      run_without("EPERM", "clone3,unshare,setns,mount", "Crashes.OfAnAbort:Neighbour.*:Hangs.*");
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, HasSubstr("Crashes.OfAnAbort was killed by SIGABRT"));
  EXPECT_THAT(ended.out, HasSubstr("did not end within its deadline of 300 ms"));
  EXPECT_THAT(ended.out, HasSubstr("[  PASSED  ] 2 tests."));
}

}  // namespace
}  // namespace cloister::selftests
