// The pids that tests have: names are made of them, in directories that all tests share.
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

// Each test's, by its name.
std::map<std::string, std::string> pids(const std::string& filter, const std::string& flag) {
  const std::string file = scratch("pids.json");
  const Ended ended = run({{guest("sleeping"), "--cloister_jobs=20", "--gtest_filter=" + filter,
                            flag, "--gtest_output=json:" + file}});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  const auto json = nlohmann::json::parse(content_of(file));
  unlink(file.c_str());
  std::map<std::string, std::string> pids;
  for (const auto& suite : json["testsuites"]) {
    for (const auto& test : suite["testsuite"]) pids[test["name"]] = test["pid"];
  }
  return pids;
}

std::set<std::string> different(const std::map<std::string, std::string>& pids) {
  std::set<std::string> set;
  for (const auto& [name, pid] : pids) set.insert(pid);
  return set;
}

// Without this file every cell counts from 1: proc(5).
bool can_be_told() { return access("/proc/sys/kernel/ns_last_pid", F_OK) == 0; }

TEST(Pids, OfTheTestsOfARunDiffer) {
  for (const char* flag : {"--cloister_launch=fork", "--cloister_launch=exec"}) {
    const auto own = pids("*Sleeps*/1?:*Sleeps*/?", flag);
    EXPECT_EQ(own.size(), 20U);
    const bool differ = can_be_told() || !lane_gives("pid namespace");
    EXPECT_EQ(different(own).size(), differ ? 20U : 1U);
  }
}

TEST(Pids, AreTheSameFromRunToRunWhateverElseRuns) {
  const auto some = pids("*Sleeps*/1?", "--gtest_shuffle");
  const auto more = pids("*Sleeps*/1?:*Sleeps*/?", "--gtest_shuffle=0");
  for (const auto& [name, pid] : some) {
    if (lane_gives("pid namespace")) {
      EXPECT_EQ(more.at(name), pid) << name;
    } else {
      EXPECT_NE(more.at(name), pid) << name;
    }
  }
}

}  // namespace
}  // namespace cloister::selftests
