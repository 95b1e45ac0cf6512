// Each facility of a cell, seen with the tool that people see it with.
#include <gmock/gmock.h>
#include <sys/shm.h>
#include <unistd.h>

#include "selftests/adapters/command/cloister.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string outside(const std::string& line) { return run({{"sh", "-c", line}}).out; }

// What a user who is not root needs so that it may mount, and that root has.
std::vector<std::string> as_mounting_root(std::vector<std::string> more = {}) {
  more.insert(more.end(), {"--map-root-user", "--privileged"});
  return more;
}

TEST(Hostname, ChangesInsideAndNotOutside) {
  const std::string before = outside("hostname");
  EXPECT_EQ(exec_sh(as_mounting_root(), "hostname abbey && hostname").out, "abbey\n");
  EXPECT_EQ(exec({"--hostname", "priory"}, {"hostname"}).out, "priory\n");
  EXPECT_EQ(outside("hostname"), before);
}

TEST(Network, ShowsLoopbackAlone) {
  EXPECT_EQ(exec_sh({}, "ip -br a | cut -d' ' -f1").out, "lo\n");
  EXPECT_THAT(exec({}, {"ip", "a"}).out, HasSubstr("inet 127.0.0.1/8"));
  EXPECT_THAT(exec({"--net=none"}, {"ip", "a"}).out, Not(HasSubstr("inet ")));
  EXPECT_EQ(exec({"--net=host"}, {"ip", "-br", "a"}).out, outside("ip -br a"));
}

TEST(Hostname, ResolvesInsideToAnAddressOfTheCell) {
  EXPECT_THAT(exec_sh({"--hostname", "priory"}, "getent ahosts priory").out,
              HasSubstr("10.67.76.1"));
  EXPECT_THAT(exec_sh({"--hostname", "priory", "--root", "/"}, "getent ahosts priory").out,
              HasSubstr("10.67.76.1"));
  EXPECT_EQ(outside("getent ahosts priory"), "");
}

TEST(HostsFile, IsTheCallersWhereTheCallerBindsOne) {
  EXPECT_EQ(exec_sh({"--bind", "/dev/null:/etc/hosts"}, "cat /etc/hosts").out, "");
}

TEST(HostsFile, IsTheHostsWithTheHostsNetwork) {
  EXPECT_EQ(exec({"--net=host"}, {"cat", "/etc/hosts"}).out, outside("cat /etc/hosts"));
}

TEST(HostsFile, CanBeMountedOver) {
  const std::string line = "mount --bind /dev/null /etc/hosts && wc -c < /etc/hosts";
  EXPECT_EQ(exec_sh(as_mounting_root(), line).out, "0\n");
}

// A cell in a cell, whose host has a file that is no small one.
TEST(HostsFile, OfAnySizeIsCopiedWhole) {
  const std::string fill =
      "i=0; while [ $i -lt 1000 ]; do echo 10.1.1.1 host$i; i=$((i+1)); done > /mnt/hosts; ";
  const std::string inner = tool("cloister") + " exec -q -- sh -c";
  const Ended ended =
      exec_sh(as_mounting_root({"--tmpfs", "/mnt:1M"}),
              fill + "mount --bind /mnt/hosts /etc/hosts; " + inner +
                  " 'getent ahosts cloister | head -n 1; tail -n 1 /etc/hosts; ls -A /dev/shm'");
  EXPECT_EQ(ended.out, "10.67.76.1      STREAM cloister\n10.1.1.1 host999\n") << ended.err;
}

TEST(HostsFile, ThatIsMissingInTheRootStaysMissing) {
  EXPECT_EQ(exec_sh({"--tmpfs", "/etc:1M"}, "ls -A /etc").out, "");
}

TEST(HostsFile, LeavesProcAsItIs) {
  const std::string types = "grep -c '^[^ ]* /proc ' /proc/mounts";
  EXPECT_EQ(exec_sh({"--tmpfs", "/mnt:1M"}, types).out,
            exec_sh({"--tmpfs", "/mnt:1M", "--net=host"}, types).out);
}

TEST(Processes, AreTheCellsAlone) {
  EXPECT_EQ(exec_sh({}, "ps -e -o comm=").out, "cell-init\nsh\nps\n");
  EXPECT_EQ(exec_sh({}, "cat /proc/1/comm; echo $PPID").out, "cell-init\n0\n");
}

TEST(Processes, WithoutAPidNamespaceAreTheHosts) {
  EXPECT_EQ(exec_sh({"--no-pid"}, "cat /proc/1/comm").out, outside("cat /proc/1/comm"));
}

TEST(Processes, OfTwoCellsHaveDifferentPids) {
  EXPECT_NE(exec_sh({}, "echo $$").out, exec_sh({}, "echo $$").out);
}

TEST(Proc, UnmountedInsideStaysOutside) {
  const Ended ended = exec_sh(as_mounting_root(), "umount /proc && echo unmounted");
  EXPECT_EQ(ended.out, "unmounted\n") << ended.err;
  EXPECT_EQ(access("/proc/self/status", R_OK), 0);
}

TEST(Proc, CanBeMountedElsewhere) {
  EXPECT_EQ(exec_sh({"--mount-proc=/mnt"}, "cat /mnt/1/comm").out, "cell-init\n");
}

TEST(Ipc, ShowsAnEmptyTable) {
  const int segment = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
  ASSERT_GE(segment, 0);
  const std::string rows = "ipcs -m | grep -c 0x";
  EXPECT_NE(outside(rows), "0\n");
  EXPECT_EQ(exec_sh({}, rows).out, "0\n");
  EXPECT_NE(exec_sh({"--no-ipc"}, rows).out, "0\n");
  shmctl(segment, IPC_RMID, nullptr);
}

TEST(Identity, IsTheCallersOwn) {
  EXPECT_EQ(exec({}, {"id", "-u"}).out, std::to_string(geteuid()) + "\n");
  EXPECT_EQ(exec({"--map-current-user"}, {"id", "-u"}).out, std::to_string(geteuid()) + "\n");
  EXPECT_EQ(
      exec_sh({"-c"}, "cat /proc/self/uid_map | wc -l; awk '{print $3}' /proc/self/uid_map").out,
      "1\n1\n");
}

TEST(Identity, IsRootWhereItIsMapped) {
  EXPECT_THAT(exec({"--map-root-user"}, {"id"}).out, HasSubstr("uid=0(root) gid=0(root)"));
}

// As the tutorials on containers do with unshare -r.
TEST(Identity, RootThatIsMappedHasEveryCapabilityInItsCell) {
  EXPECT_EQ(exec_sh({"-r"}, "hostname bar && hostname").out, "bar\n");
  EXPECT_EQ(exec({"-r"}, {"umount", "/proc"}).status, 0);
  EXPECT_EQ(exec({"-r"}, {"mount", "-t", "tmpfs", "none", "/mnt"}).status, 0);
  EXPECT_NE(exec({"-r", "--no-privileged"}, {"mount", "-t", "tmpfs", "none", "/mnt"}).status, 0);
}

TEST(Identity, RootThatCanLiftCapsIsNamed) {
  const auto notes = [](const std::vector<std::string>& options) {
    Program program{{tool("cloister"), "exec", "-r"}};
    program.command.insert(program.command.end(), options.begin(), options.end());
    program.command.insert(program.command.end(), {"--", "true"});
    return run(program).err;
  };
  EXPECT_THAT(notes({"--pids", "32"}),
              HasSubstr("can lift what --processes caps; --no-privileged takes them away\n"));
  EXPECT_THAT(notes({}), Not(HasSubstr("can lift")));
  EXPECT_THAT(notes({"--no-privileged", "--pids", "32"}), Not(HasSubstr("can lift")));
}

TEST(Identity, IsAnyUidThatIsAskedFor) {
  EXPECT_EQ(exec_sh({"--uid", "7", "--gid", "9"}, "id -u; id -g; id -G").out, "7\n9\n9\n");
}

TEST(Setgroups, AreDeniedOnRequest) {
  EXPECT_EQ(exec({"--setgroups", "deny"}, {"cat", "/proc/self/setgroups"}).out, "deny\n");
  const Ended allowed = exec({"--setgroups", "allow"}, {"cat", "/proc/self/setgroups"});
  if (geteuid() == 0) {
    EXPECT_EQ(allowed.out, "allow\n");
  } else {
    EXPECT_EQ(allowed.status, 125);
    EXPECT_THAT(allowed.err, HasSubstr("user_namespaces(7) forbids it"));
  }
}

TEST(UserNamespace, IsLeftOutForRootAlone) {
  const Ended ended = exec({"--no-user"}, {"readlink", "/proc/self/ns/user"});
  if (geteuid() == 0) {
    EXPECT_EQ(ended.out, outside("readlink /proc/self/ns/user"));
  } else {
    EXPECT_EQ(ended.status, 125);
    EXPECT_THAT(ended.err, HasSubstr("cannot leave the user namespace out for an ordinary user"));
  }
}

class EachNamespace : public testing::TestWithParam<std::pair<const char*, const char*>> {};
INSTANTIATE_TEST_SUITE_P(Exec, EachNamespace,
                         testing::Values(std::pair("mount", "mnt"), std::pair("uts", "uts"),
                                         std::pair("ipc", "ipc"), std::pair("pid", "pid"),
                                         std::pair("cgroup", "cgroup")));

TEST_P(EachNamespace, IsThereByDefaultAndCanBeLeftOut) {
  const std::string link = std::string("readlink /proc/self/ns/") + GetParam().second;
  const std::string without = std::string("--no-") + GetParam().first;
  EXPECT_NE(exec_sh({}, link).out, outside(link));
  EXPECT_EQ(exec_sh({without}, link).out, outside(link));
  EXPECT_EQ(exec_sh({std::string("--") + GetParam().first + "=no"}, link).out, outside(link));
}

TEST(Time, IsTheHostsUnlessAsked) {
  const std::string link = "readlink /proc/self/ns/time";
  EXPECT_EQ(exec_sh({}, link).out, outside(link));
  EXPECT_NE(exec_sh({"--time"}, link).out, outside(link));
}

TEST(Time, IsAheadByTheOffsets) {
  const auto uptime = [](const std::string& text) { return std::stod(text); };
  const double before = uptime(outside("cat /proc/uptime"));
  const double inside = uptime(exec({"--boottime", "1000000"}, {"cat", "/proc/uptime"}).out);
  EXPECT_GE(inside, before + 1'000'000);
  EXPECT_LE(inside, before + 1'000'100);
  EXPECT_THAT(exec({"--monotonic", "5000"}, {"cat", "/proc/self/timens_offsets"}).out,
              testing::ContainsRegex("monotonic +5000 +0"));
}

TEST(MemoryCap, EndsA200MebibyteAllocation) {
  const Ended ended = exec_sh({"--memory", "64M"}, "exec head -c 200M /dev/zero | exec tail");
  const Ended alone = exec({"--memory", "64M"}, {"tail", "/dev/zero"});
  if (!lane_gives("memory cap")) {
    EXPECT_EQ(alone.status, 125);
    EXPECT_THAT(alone.err, HasSubstr("cannot give this command the memory cap it asks for"));
    return;
  }
  EXPECT_NE(ended.status, 0);
  EXPECT_EQ(alone.status, 137);
  EXPECT_THAT(alone.err, HasSubstr("tail reached its memory cap of 64 MiB"));
}

TEST(ProcessCap, StopsAForkBomb) {
  const std::string bomb = ":(){ :|:& };: ; sleep 0.5";
  const Ended ended = run({{tool("cloister"), "exec", "--pids", "32", "--", "bash", "-c", bomb}});
  if (!lane_gives("process cap")) {
    EXPECT_EQ(ended.status, 125);
    EXPECT_THAT(ended.err, HasSubstr("cannot give this command the process cap it asks for"));
    return;
  }
  EXPECT_THAT(ended.err, HasSubstr("refused by the process cap of 32 (--processes)"));
  EXPECT_THAT(stale_cgroups(), IsEmpty());
}

}  // namespace
}  // namespace cloister::selftests
