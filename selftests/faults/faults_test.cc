// Each system call of a launch made to fail, one at a time: every run ends, either well or with a
// sentence that says what could not be done, and leaves nothing.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using namespace std::chrono_literals;

struct Fault {
  const char* call;
  const char* error;
  // Calls that the dynamic loader makes, too, count from the first fork.
  const char* from = "start";
};
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.call; }
std::string name_of(const testing::TestParamInfo<Fault>& info) {
  return std::string(info.param.call) + "_" + info.param.error;
}

// Of the runs with the call failing, how many calls there were at the last.
class Launch {
 public:
  explicit Launch(std::vector<std::string> command) : command_(std::move(command)) {
    adopt_orphans();
  }
  ~Launch() { unlink(count_file_.c_str()); }

  Ended run_with(const Fault& fault, int number) {
    std::vector<std::string> whole = {tool("failing_call"), fault.call, std::to_string(number),
                                      fault.error,          fault.from, count_file_};
    whole.insert(whole.end(), command_.begin(), command_.end());
    return run({.command = whole, .limit = 5s});
  }
  int count() const {
    int number = 0;
    std::ifstream(count_file_) >> number;
    return number;
  }

 private:
  std::vector<std::string> command_;
  std::string count_file_ = scratch("calls");
};

std::vector<std::string> groups() {
  return lane_gives("memory cap") || lane_gives("process cap") ? stale_cgroups()
                                                               : std::vector<std::string>();
}

void expect_nothing_left(const std::vector<std::string>& processes) {
  holds_within(5s, [&] { return descendants() == processes; });
  EXPECT_EQ(descendants(), processes);
  for (const std::string& process : descendants()) kill(std::stoi(process), SIGKILL);
}

// A sentence of Cloister's: what could not be done, and which error it was.
// Or a test's verdict, where its own last word was lost.
bool says_why(const Ended& ended) {
  return ended.contains("cloister") &&
         (ended.contains("cannot ") || ended.contains("before the test had ended"));
}

// Many calls of one name are much the same: some of them do, unless CLOISTER_EVERY_FAULT is set.
int stride(int calls) {
  constexpr int kRuns = 6;
  return getenv("CLOISTER_EVERY_FAULT") != nullptr ? 1 : (calls + kRuns - 1) / kRuns;
}

void try_each(const Fault& fault, const std::vector<std::string>& command) {
  Launch launch(command);
  const Ended well = launch.run_with(fault, 0);
  ASSERT_EQ(well.status, 0) << well.err << well.out;
  const int most = launch.count();
  const auto processes = descendants();
  const auto cgroups = groups();
  for (int number = 1; number <= most; number += stride(most)) {
    const Ended ended = launch.run_with(fault, number);
    EXPECT_EQ(ended.signal, 0) << number << " of " << most << ": it did not end\n" << ended.err;
    EXPECT_TRUE(ended.status == 0 || says_why(ended))
        << number << " of " << most << ": status " << ended.status << "\n"
        << ended.err << ended.out;
    EXPECT_LT(ended.status, 126) << number << " of " << most << "\n" << ended.err << ended.out;
    expect_nothing_left(processes);
  }
  EXPECT_EQ(groups(), cgroups);
}

// A run that re-uses networks asks about calls itself, and so there every one fails. With so many
// tests that one gets the network of another.
class FaultsOfLending : public testing::TestWithParam<Fault> {};
TEST_P(FaultsOfLending, AreSaid) {
  adopt_orphans();
  const auto processes = descendants();
  const auto cgroups = groups();
  const Ended ended =
      run({.command = {tool("failing_call"), GetParam().call, "every", GetParam().error,
                       tool("empty_tests"), "--cloister_reuse_network=1", "--cloister_jobs=1"},
           .environment = {"EMPTY_TESTS=12"},
           .limit = 5s});
  EXPECT_EQ(ended.signal, 0) << "it did not end\n" << ended.out << ended.err;
  EXPECT_TRUE(says_why(ended)) << ended.out << ended.err;
  expect_nothing_left(processes);
  EXPECT_EQ(groups(), cgroups);
}
INSTANTIATE_TEST_SUITE_P(Calls, FaultsOfLending,
                         testing::Values(Fault{"enter_network", "EPERM"},
                                         Fault{"make_network", "ENOSPC"},
                                         Fault{"raise_loopback", "EPERM"},
                                         Fault{"set_filter", "ENOMEM"}),
                         name_of);

class Faults : public testing::TestWithParam<Fault> {};
TEST_P(Faults, OfACommandsLaunchAreWellMeantOrSaid) {
  try_each(GetParam(), {tool("cloister"), "exec", "--", "/bin/true"});
}
TEST_P(Faults, OfATestsLaunchAreWellMeantOrSaid) {
  try_each(GetParam(), {guest("misbehaving"), "--gtest_filter=Neighbour.*:-*2", "--gtest_brief=1"});
}

INSTANTIATE_TEST_SUITE_P(
    Calls, Faults,
    testing::Values(
        Fault{"capget", "EPERM"}, Fault{"capset", "EPERM"}, Fault{"chdir", "EPERM"},
        Fault{"clone", "EAGAIN"}, Fault{"clone", "ENOSPC"}, Fault{"clone", "EPERM"},
        Fault{"close_range", "EPERM"}, Fault{"dup2", "EMFILE"}, Fault{"execveat", "EPERM"},
        Fault{"fcntl", "EMFILE", "clone"}, Fault{"ioctl", "EPERM"}, Fault{"kill", "EPERM"},
        Fault{"memfd_create", "EMFILE"}, Fault{"mkdir", "ENOSPC"}, Fault{"mount", "ENOMEM"},
        Fault{"mount_setattr", "EPERM"}, Fault{"openat", "EMFILE", "clone"},
        Fault{"pidfd_open", "EMFILE"}, Fault{"pipe2", "EMFILE"}, Fault{"prctl", "EPERM", "clone"},
        Fault{"readlink", "ENOMEM", "clone"}, Fault{"rmdir", "EBUSY"}, Fault{"sendmsg", "ENOMEM"},
        Fault{"sendto", "ENOMEM"}, Fault{"sethostname", "EPERM"}, Fault{"fchmod", "ENOSPC"},
        Fault{"setns", "EPERM"}, Fault{"setsid", "EPERM"}, Fault{"signalfd4", "EMFILE"},
        Fault{"socket", "EMFILE"}, Fault{"socketpair", "EMFILE"}, Fault{"unshare", "ENOSPC"},
        Fault{"write", "ENOSPC", "clone"}, Fault{"mmap", "ENOMEM", "clone"}),
    name_of);

}  // namespace
}  // namespace cloister::selftests
