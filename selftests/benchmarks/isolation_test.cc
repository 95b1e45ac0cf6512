// The kernel floor and the peers make what the page says, by the word of what runs in them.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>

#include "benchmarks/peers.h"
#include "selftests/support/lane.h"

namespace cloister::benchmarks {
namespace {

namespace fs = std::filesystem;

// In place of the plain program: what surrounds it.
constexpr const char* kLook = R"look(#!/bin/sh
echo 'bench: look 1'
for kind in user pid mnt net uts ipc cgroup; do echo "$kind $(readlink /proc/self/ns/$kind)"; done
echo "hostname $(hostname)"
echo "loopback $(cat /proc/net/if_inet6 | grep -c ' lo$')"
echo "processes $(ls -d /proc/[0-9]* | wc -l)"
echo "tmp $(awk '$2 == "/tmp" { type = $3 } END { print type }' /proc/mounts)"
echo "shm $(awk '$2 == "/dev/shm" { type = $3 } END { print type }' /proc/mounts)"
grep -E ':(memory|pids):' /proc/self/cgroup
sleep 0.5
)look";

// Runs a command, and looks meanwhile at the caps of the group that is named, as they come to be.
constexpr const char* kLookFromOutside = R"look(
"$@" &
cd /sys/fs/cgroup
memory=memory/$0/memory.limit_in_bytes pids=pids/$0/pids.max
for look in $(seq 500); do
  grep -qs 1073741824 "$memory" && grep -qs 4096 "$pids" && echo capped && break
  sleep 0.01
done
wait
)look";

class Isolation : public testing::Test {
 protected:
  Isolation()
      : setting_{.sizes = kQuick,
                 .programs = BENCH_PROGRAMS,
                 .place = runner_.place(),
                 .cgroup_prefix = runner_.cgroup_prefix()} {
    const fs::path program = setting_.place + "/bench_plain";
    std::ofstream(program) << kLook;
    chmod(program.c_str(), 0755);
    setting_.sizes.fewer_tests = 1;
  }

  std::string seen(const Candidate& candidate) {
    const RunResult ran = runner_.run(candidate.command);
    EXPECT_EQ(ran.refused, "");
    return ran.output;
  }

  // Which of the kinds it has from this process.
  static std::string shared(const std::string& output) {
    std::string kinds;
    for (const std::string kind : {"user", "pid", "mnt", "net", "uts", "ipc", "cgroup"}) {
      const fs::path own = fs::read_symlink("/proc/self/ns/" + kind);
      const bool has_its_own = output.find(fmt::format("{0} {0}:[", kind)) != std::string::npos &&
                               output.find(own.string()) == std::string::npos;
      if (!has_its_own) kinds += kind + " ";
    }
    return kinds;
  }

  // All but the namespaces, cgroups aside.
  static void expect_whole(const std::string& output) {
    EXPECT_EQ(shared(output), "") << output;
    EXPECT_NE(output.find("hostname cell\n"), std::string::npos) << output;
    EXPECT_NE(output.find("loopback 1\n"), std::string::npos) << output;
    EXPECT_NE(output.find("tmp tmpfs\n"), std::string::npos) << output;
    EXPECT_NE(output.find("shm tmpfs\n"), std::string::npos) << output;
    EXPECT_TRUE(std::regex_search(output, std::regex("processes [1-9]\n"))) << output;
  }

  bool is_in(const std::string& controller, const std::string& output) const {
    return std::regex_search(
        output, std::regex(":" + controller + ":.*/" + setting_.cgroup_prefix + "[0-9]+\n"));
  }

  Runner runner_;
  Setting setting_;
};

TEST_F(Isolation, OfTheKernelFloorIsWhole) {
  const std::string look = setting_.place + "/bench_plain";
  const std::string output = seen({.name = "floor",
                                   .command = {{setting_.program("bench_floor"), "1", "1",
                                                setting_.cgroup_prefix, "0", look}}});
  expect_whole(output);
  const bool v1 = selftests::lane() == "root_v1";
  EXPECT_EQ(is_in("memory", output), v1) << output;
  EXPECT_EQ(is_in("pids", output), v1) << output;
}

TEST_F(Isolation, OfUnshareIsWhole) { expect_whole(seen(unshare(setting_, 1))); }

TEST_F(Isolation, OfUnshareAloneIsOfNamespaces) {
  const std::string output = seen(unshare_alone(setting_, 1));
  EXPECT_EQ(shared(output), "") << output;
}

TEST_F(Isolation, OfBwrapIsWhole) { expect_whole(seen(bwrap(setting_, 1))); }

TEST_F(Isolation, OfCrunIsWhole) { expect_whole(seen(crun(setting_, 1))); }

// In its cgroup namespace a container does not see where it is.
TEST_F(Isolation, OfCrunHasCapsOnMemoryAndProcesses) {
  Candidate candidate = crun(setting_, 1);
  if (selftests::lane() != "root_v1") {
    const auto& words = candidate.command.words;
    EXPECT_NE(std::ranges::find(words, "--cgroup-manager=disabled"), words.end());
    return;
  }
  const std::vector<std::string> beside = {"sh", "-c", kLookFromOutside,
                                           setting_.cgroup_prefix + "0"};
  candidate.command.words.insert(candidate.command.words.begin(), beside.begin(), beside.end());
  const std::string output = seen(candidate);
  EXPECT_NE(output.find("capped\n"), std::string::npos) << output;
}

}  // namespace
}  // namespace cloister::benchmarks
