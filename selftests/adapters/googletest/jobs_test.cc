// How many tests of a program are in flight at once, as the tests themselves saw it.
#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using namespace std::chrono_literals;

constexpr int kMostPerProcessor = 16;

int processors() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

struct Sleeping {
  Ended ended;
  std::vector<std::string> tests;  // in the order of the console
  int most_at_once = 0;
};

Sleeping run_sleeping(const std::string& jobs, const std::string& tests) {
  const std::string file = scratch("sleeping.json");
  Sleeping done{run({{guest("sleeping"), "--cloister_jobs=" + jobs, "--gtest_filter=" + tests,
                      "--gtest_output=json:" + file}})};
  const auto json = nlohmann::json::parse(content_of(file));
  std::filesystem::remove(file);
  std::istringstream lines(done.ended.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("[ RUN")) done.tests.push_back(line);
  }
  std::vector<std::pair<long, int>> changes;  // one more or one less, and when
  for (const auto& suite : json["testsuites"]) {
    for (const auto& test : suite["testsuite"]) {
      changes.emplace_back(std::stol(test.value("began", "0")), 1);
      changes.emplace_back(std::stol(test.value("ended", "0")), -1);
    }
  }
  std::ranges::sort(changes);
  int now = 0;
  for (const auto& [when, change] : changes)
    done.most_at_once = std::max(done.most_at_once, now += change);
  return done;
}

TEST(Jobs, AreOnePerProcessorUnlessAskedFor) {
  for (const char* jobs : {"processors", "2"}) {
    const Sleeping done = run_sleeping(jobs, "*Sleeps*/?:*Sleeps*/1?");
    EXPECT_EQ(done.ended.status, 0) << done.ended.out;
    EXPECT_EQ(done.tests.size(), 20U);
    EXPECT_LE(done.most_at_once, *jobs == '2' ? 2 : processors());
  }
}

// Since boot, of all processors: the first line of /proc/stat, proc(5).
struct Ticks {
  double idle = 0;
  double all = 0;
};
Ticks ticks() {
  std::istringstream line(content_of("/proc/stat"));
  std::string name;
  line >> name;
  Ticks ticks;
  for (int field = 0; field < 8; ++field) {
    double count = 0;
    line >> count;
    ticks.all += count;
    if (field == 3) ticks.idle = count;
  }
  return ticks;
}

// A machine that others keep busy has no room for more: then that is what is asserted.
TEST(Jobs, ThatAreAutomaticAreMoreWhileProcessorsAreIdle) {
  const Ticks before = ticks();
  Sleeping done;
  const auto end = std::chrono::steady_clock::now() + 30s;
  while (done.most_at_once <= processors() && std::chrono::steady_clock::now() < end) {
    done = run_sleeping("auto", "*Sleeps*/?:*Sleeps*/1?");
    EXPECT_EQ(done.ended.status, 0) << done.ended.out;
    EXPECT_LE(done.most_at_once, kMostPerProcessor * processors());
  }
  if (done.most_at_once > processors()) return;
  const Ticks after = ticks();
  EXPECT_LT((after.idle - before.idle) / (after.all - before.all), 0.4);
}

TEST(Jobs, ThatAreAutomaticAreReportedInOrder) {
  const auto tests = [](const char* jobs) {
    return run_sleeping(jobs, "*Sleeps*/?:*Spins*/?").tests;
  };
  EXPECT_EQ(tests("auto"), tests("1"));
}

// As many tests as jobs: then most cells are asked for at once.
class ManyJobs : public testing::TestWithParam<int> {};
TEST_P(ManyJobs, AllEnd) {
  const std::string many = std::to_string(GetParam());
  const Ended ended = run({{tool("empty_tests"), "--cloister_jobs=" + many, "--gtest_brief=1"},
                           {"EMPTY_TESTS=" + many}});
  EXPECT_EQ(ended.status, 0) << ended.signal << ended.err;
  EXPECT_TRUE(ended.contains("[  PASSED  ] " + many + " tests.")) << ended.out << ended.err;
}
INSTANTIATE_TEST_SUITE_P(UpTo, ManyJobs, testing::Values(20, 180, 400, 2000));

TEST(Jobs, OfAnUnknownKindAreNamed) {
  const Ended ended = run({{guest("sleeping"), "--cloister_jobs=automatic"}});
  EXPECT_EQ(ended.status, 2);
  EXPECT_EQ(ended.out, kGreeting);
  EXPECT_EQ(ended.err,
            "cloister: the flag --cloister_jobs has the value 'automatic'; it takes a whole number "
            "from 1 to 2000, 'processors' or 'auto'\n");
}

}  // namespace
}  // namespace cloister::selftests
