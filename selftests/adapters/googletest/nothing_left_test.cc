// When a run has ended, however it ended, nothing of it is left on the host.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <random>
#include <thread>

#include "selftests/support/guests.h"
#include "selftests/support/host_state.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using namespace std::chrono_literals;

bool has_cgroups() { return lane_gives("memory cap") || lane_gives("process cap"); }

void expect_same(const HostState& before, std::chrono::milliseconds patience) {
  std::string left;
  holds_within(patience, [&] { return (left = left_since(before)).empty(); });
  EXPECT_EQ(left, "");
}

TEST(NothingIsLeft, AfterARunOfMisbehavingGuests) {
  const HostState before;
  run({{guest("misbehaving"), survivable_tests(), "--cloister_jobs=4", "--cloister_output=1M"}});
  expect_same(before, 0ms);
}

// Unheard, and not waited for.
pid_t start(std::vector<std::string> words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t pid = fork();
  if (pid != 0) return pid;
  const int null = open("/dev/null", O_WRONLY);
  if (dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0) _exit(126);
  execv(argv[0], argv.data());
  _exit(127);
}

// Starts a run whose guests wait, each with a child, and gives it time to have some.
pid_t start_waiting_run() {
  const pid_t pid = start({guest("waiting"), "--cloister_jobs=4"});
  constexpr std::size_t kExpected = 4 * 2 + 2;  // guests and children, keeper and warden
  holds_within(10s, [] { return descendants("guest_waiting").size() >= kExpected; });
  EXPECT_EQ(descendants("guest_waiting").size(), kExpected);
  return pid;
}

class KilledKeeper : public testing::TestWithParam<int> {};
TEST_P(KilledKeeper, LeavesNothingAfterASecond) {
  const HostState before;
  const pid_t keeper = start_waiting_run();
  kill(keeper, GetParam());
  expect_same(before, 1s);
}
INSTANTIATE_TEST_SUITE_P(Signals, KilledKeeper, testing::Values(SIGKILL, SIGTERM, SIGINT, SIGHUP));

// Many cells at once keep the builder and the warden talking.
class KilledKeeperOfMany : public testing::TestWithParam<int> {};
TEST_P(KilledKeeperOfMany, LeavesNothingAfterTwoSeconds) {
  const HostState before;
  const pid_t keeper = start({guest("sleeping"), "--cloister_jobs=200", "--gtest_filter=*Sleeps*"});
  EXPECT_TRUE(holds_within(20s, [] { return descendants("guest_sleeping").size() > 40; }));
  kill(keeper, GetParam());
  expect_same(before, 2s);
}
INSTANTIATE_TEST_SUITE_P(Signals, KilledKeeperOfMany, testing::Values(SIGKILL, SIGTERM));

// The builder is the keeper's only child, the warden the builder's first. 0 when there is none.
pid_t first_child(pid_t parent) {
  std::ifstream children("/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) +
                         "/children");
  pid_t child = 0;
  children >> child;
  return child;
}

// 0 when there is none yet: before it is the builder, the keeper's child has children for trying
// the host out.
pid_t warden_of(pid_t keeper) {
  const pid_t builder = first_child(keeper);
  std::string name;
  std::ifstream("/proc/" + std::to_string(builder) + "/comm") >> name;
  return name == "cell-builder" ? first_child(builder) : 0;
}

pid_t child_of(pid_t parent) {
  const pid_t child = first_child(parent);
  EXPECT_GT(child, 1);
  return child;
}

TEST(KilledWarden, FailsTheTestsThatItHadNotReportedAndLeavesNothing) {
  const HostState before;
  const pid_t keeper = start_waiting_run();
  const pid_t warden = warden_of(keeper);
  ASSERT_GT(warden, 1);
  kill(warden, SIGKILL);
  int status = 0;
  waitpid(keeper, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 1);
  expect_same(before, 1s);
}

TEST(StoppedWarden, EndsWithItsKilledKeeper) {
  const HostState before;
  const pid_t keeper = start_waiting_run();
  const pid_t warden = warden_of(keeper);
  ASSERT_GT(warden, 1);
  kill(warden, SIGSTOP);
  kill(keeper, SIGKILL);
  expect_same(before, 1s);
}

// --gtest_random_seed=N has the same moments again.
TEST(KilledAtAnyMoment, KeeperOrWardenLeavesNothingAfterASecond) {
  constexpr int kKills = 200;
  constexpr int kSignals[] = {SIGKILL, SIGTERM, SIGINT, SIGHUP};
  const int seed = testing::UnitTest::GetInstance()->random_seed();
  std::mt19937 random(static_cast<unsigned>(seed));
  const auto choose = [&](int end) { return std::uniform_int_distribution(0, end - 1)(random); };
  std::printf("the seed of the moments is %d\n", seed);
  for (int kill_number = 0; kill_number < kKills && !HasFailure(); ++kill_number) {
    const auto moment = std::chrono::microseconds(choose(120'000));
    const int signal = kSignals[choose(4)];
    const bool hits_warden = choose(2) == 1;
    SCOPED_TRACE(testing::Message() << "seed " << seed << ", kill " << kill_number << ": "
                                    << (hits_warden ? "warden" : "keeper") << " by signal "
                                    << signal << " after " << moment.count() << " us");
    const HostState before;  // anew, for others work in /tmp
    const pid_t keeper =
        start({guest("misbehaving"), survivable_tests(), "--cloister_jobs=4", "--gtest_brief=1"});
    std::this_thread::sleep_for(moment);
    const pid_t warden = hits_warden ? warden_of(keeper) : 0;
    kill(warden > 0 ? warden : keeper, signal);
    expect_same(before, 1s);
  }
}

TEST(StaleGroups, OfARunKilledWithAllItsProcessesAreSweptByTheNext) {
  const HostState before;
  const pid_t keeper = start_waiting_run();
  const pid_t builder = child_of(keeper);
  ASSERT_GT(builder, 1);
  kill(builder, SIGKILL);
  kill(keeper, SIGKILL);
  std::this_thread::sleep_for(100ms);
  descendants();  // which reaps them
  if (has_cgroups()) {
    EXPECT_NE(stale_cgroups(), before.cgroups);
  }
  if (!lane_gives("pid namespace")) {
    // Nobody is left who could end what the guests have forked: this test must.
    for (const std::string& process : descendants()) kill(std::stoi(process), SIGKILL);
  }
  run({{guest("misbehaving"), "--gtest_filter=Neighbour.*"}});
  expect_same(before, 1s);
}

}  // namespace
}  // namespace cloister::selftests
