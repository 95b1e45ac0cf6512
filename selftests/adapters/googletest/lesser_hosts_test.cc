// Hosts on which a system call is refused: a working cell where there is another way, else an
// honest loss.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

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
  for (const auto& [facility, given] : lane_notes())
    EXPECT_EQ(ended.contains("no " + facility), !given) << facility << "\n" << ended.err;
}
INSTANTIATE_TEST_SUITE_P(
    Calls, OtherWay,
    testing::Values(std::pair("ENOSYS", "clone3"), std::pair("EPERM", "clone3"),
                    std::pair("ENOSYS", "close_range"), std::pair("EPERM", "close_range"),
                    std::pair("ENOSYS", "mount_setattr"), std::pair("ENOSYS", "pidfd_open"),
                    std::pair("ENOSYS", "openat2"),
                    std::pair("ENOSYS",
                              "clone3,close_range,mount_setattr,pidfd_open,"
                              "openat2")));

// Where there is no cell to begin with, one more refused call is not what a run complains of.
const char* kNoCell =
    "cloister: note: no user namespace, no pid namespace, no mount namespace, no private /proc, ";

TEST(Loss, OfTheHostnameIsOneNoticeAndTheRestStays) {
  const Ended ended = run_without("EPERM", "sethostname", "Neighbour.*");
  EXPECT_EQ(ended.status, 0);
  if (!lane_gives("own hostname")) {
    EXPECT_THAT(ended.err, StartsWith(kNoCell));
    return;
  }
  EXPECT_THAT(
      ended.err,
      HasSubstr("cloister: note: no own hostname on this host: cannot set hostname 'cloister': "
                "Operation not permitted (EPERM); "));
  EXPECT_THAT(ended.err, Not(HasSubstr("mount namespace")));
  EXPECT_EQ(ended.contains("no cgroup namespace"), !lane_gives("cgroup namespace"));
}

TEST(Loss, OfWhatIsAskedForFailsTheTest) {
  const Ended ended =
      run_without("EPERM", "sethostname", "Neighbour.*", {"--cloister_hostname=abbey"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out,
              HasSubstr(std::string("cannot give this test the own hostname it asks for: cannot ") +
                        (lane_gives("own hostname") ? "set hostname" : "make a user namespace")));
}

TEST(Loss, OfMountsTakesWhatNeedsThemAlong) {
  const Ended ended = run_without("EPERM", "mount", "Neighbour.*");
  EXPECT_EQ(ended.status, 0);
  if (!lane_gives("mount namespace")) {
    EXPECT_THAT(ended.err, StartsWith(kNoCell));
    return;
  }
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

// The lane's own losses, one setting each that asks for what may be lost.
struct Asking {
  const char* flag;
  const char* facility;
};
void PrintTo(const Asking& asking, std::ostream* out) { *out << asking.flag; }

class AskedFor : public testing::TestWithParam<Asking> {};
TEST_P(AskedFor, IsGivenOrRefusedWithCauseAndCure) {
  const auto& [flag, facility] = GetParam();
  const Ended ended = run({{guest("misbehaving"), "--gtest_filter=Neighbour.*", flag}});
  const std::string refusal =
      std::string("was not run: cannot give this test the ") + facility + " it asks for: ";
  EXPECT_EQ(ended.status, lane_gives(facility) ? 0 : 1) << ended.out;
  EXPECT_EQ(ended.out.find(refusal) == std::string::npos, lane_gives(facility)) << ended.out;
  EXPECT_THAT(ended.out, ContainsRegex(lane_gives(facility) ? "PASSED" : "asks for: .+; .+"));
}
INSTANTIATE_TEST_SUITE_P(
    Settings, AskedFor,
    testing::Values(Asking{"--cloister_hostname=abbey", "own hostname"},
                    Asking{"--cloister_network=none", "private network"},
                    Asking{"--cloister_network=loopback", "private network"},
                    Asking{"--cloister_tmp_size=1M", "private /tmp and /dev/shm"},
                    Asking{"--cloister_shm_size=1M", "private /tmp and /dev/shm"},
                    Asking{"--cloister_tmpfs_inodes=64", "private /tmp and /dev/shm"},
                    Asking{"--cloister_as_root", "user namespace"},
                    Asking{"--cloister_memory=64M", "memory cap"},
                    Asking{"--cloister_processes=64", "process cap"},
                    Asking{"--cloister_memory_high=64M", "soft memory cap"},
                    Asking{"--cloister_cpus=0.9", "CPU cap"},
                    Asking{"--cloister_io_read_rate=1G", "I/O cap"},
                    Asking{"--cloister_io_write_rate=1G", "I/O cap"}));

}  // namespace
}  // namespace cloister::selftests
