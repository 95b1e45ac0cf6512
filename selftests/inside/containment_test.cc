// What a guest cannot do: to init, to the run, to its caps, to the host. docs/SECURITY.md names
// these tests, and those called NotContained for what it can. Where a lane lacks the wall, a test
// asserts that it is not there.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "selftests/inside/where_given.h"

namespace {

using inside::error_of;
using inside::expect_shared;
using inside::lane_gives;

// Noted before the run, outside of any cell.
const bool kLockedByTheKeeper = flock(open("/proc/self/exe", O_RDONLY | O_CLOEXEC), LOCK_SH) == 0;

int error_of_open(const std::string& path, int flags) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC);
  const int error = error_of(fd);
  if (fd >= 0) close(fd);
  return error;
}

bool put(const std::string& path, const std::string& content) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool written = write(fd, content.data(), content.size()) >= 0;
  close(fd);
  return written;
}

// What `attempt` returns in a process of its own; its errors are less than 255.
template <typename Attempt>
int in_a_child(Attempt attempt) {
  const pid_t child = fork();
  if (child == 0) _exit(attempt());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

// Every capability that a guest can get, in a user namespace below the cell's; with what else is to
// be new. 0, or why not.
int gain_capabilities(int namespaces) {
  const std::string user = std::to_string(geteuid());
  const std::string group = std::to_string(getegid());
  if (unshare(CLONE_NEWUSER) != 0) return errno;
  if (!put("/proc/self/uid_map", user + " " + user + " 1")) return errno;
  if (!put("/proc/self/setgroups", "deny")) return errno;
  if (!put("/proc/self/gid_map", group + " " + group + " 1")) return errno;
  return error_of(unshare(namespaces));
}

std::string status_line(const std::string& process, const std::string& key) {
  std::ifstream file("/proc/" + process + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(key + ":", 0) == 0) return line.substr(key.size() + 2);
  }
  return "not found";
}

// ---- Init

// init, as Init of init_test.cc; there is what it is, here what it withstands.
class Enclosed : public testing::Test {
 protected:
  // Without a pid namespace pid 1 is the host's, and none of these is about it.
  bool is_ours() {
    if (lane_gives("pid namespace")) return true;
    expect_shared("pid");
    return false;
  }
};

TEST_F(Enclosed, CannotBeAttachedToOrSeized) {
  if (!is_ours()) return;
  EXPECT_EQ(error_of(ptrace(PTRACE_ATTACH, 1, nullptr, nullptr)), EPERM);
  EXPECT_EQ(error_of(ptrace(PTRACE_SEIZE, 1, nullptr, nullptr)), EPERM);
}

TEST_F(Enclosed, HasNoMemoryThatAGuestCanReadOrWrite) {
  if (!is_ours()) return;
  char byte = 0;
  iovec own{&byte, 1};
  iovec its{reinterpret_cast<void*>(0x400000), 1};
  EXPECT_EQ(error_of(process_vm_readv(1, &own, 1, &its, 1, 0)), EPERM);
  EXPECT_EQ(error_of(process_vm_writev(1, &own, 1, &its, 1, 0)), EPERM);
  EXPECT_EQ(error_of_open("/proc/1/mem", O_RDWR), EACCES);
}

TEST_F(Enclosed, GivesNoDescriptorAway) {
  if (!is_ours()) return;
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, 1, 0));
  ASSERT_GE(pidfd, 0);
  EXPECT_EQ(error_of(syscall(SYS_pidfd_getfd, pidfd, 3, 0)), EPERM);
  close(pidfd);
}

TEST_F(Enclosed, LeadsToNoFileAndNoNamespace) {
  if (!is_ours()) return;
  char target[64];
  for (const char* link : {"/proc/1/root", "/proc/1/cwd", "/proc/1/exe", "/proc/1/fd/3",
                           "/proc/1/ns/mnt", "/proc/1/ns/cgroup", "/proc/1/ns/user"}) {
    EXPECT_EQ(error_of(readlink(link, target, sizeof target)), EACCES) << link;
    EXPECT_EQ(error_of_open(link, O_RDONLY), EACCES) << link;
  }
}

TEST_F(Enclosed, CannotBeEnteredByItsPidfd) {
  if (!is_ours()) return;
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, 1, 0));
  ASSERT_GE(pidfd, 0);
  EXPECT_EQ(error_of(setns(pidfd, CLONE_NEWNS | CLONE_NEWCGROUP)), EPERM);
  close(pidfd);
}

TEST_F(Enclosed, IsNotReachedByCapabilitiesGainedBelow) {
  if (!is_ours()) return;
  EXPECT_EQ(in_a_child([] {
              const int error = gain_capabilities(0);
              return error != 0 ? 254 : error_of(ptrace(PTRACE_SEIZE, 1, nullptr, nullptr));
            }),
            EPERM);
}

TEST_F(Enclosed, OutlivesASignalToEverybody) {
  if (!is_ours()) return;
  const pid_t other = fork();
  if (other == 0) {
    pause();
    _exit(0);
  }
  EXPECT_EQ(kill(-1, SIGKILL), 0);
  int status = 0;
  ASSERT_EQ(waitpid(other, &status, 0), other);
  EXPECT_EQ(WTERMSIG(status), SIGKILL) << "the signal reached whoever it could";
  EXPECT_EQ(kill(1, 0), getuid() == 0 || lane_gives("user namespace") ? 0 : -1);
  EXPECT_EQ(status_line("1", "Name"), "cell-init");
}

// ---- The run

TEST(TheRun, HasNoPidInTheCell) {
  if (!lane_gives("pid namespace")) {
    EXPECT_EQ(kill(inside::keeper, 0), 0) << "without a pid namespace it has";
    return;
  }
  constexpr pid_t kHighestOfACell = 20;
  if (inside::keeper > kHighestOfACell) {
    EXPECT_EQ(error_of(kill(inside::keeper, 0)), ESRCH);
    EXPECT_EQ(error_of(syscall(SYS_pidfd_open, inside::keeper, 0)), ESRCH);
  }
#ifndef __SANITIZE_THREAD__
  EXPECT_EQ(getppid(), 0) << "the guest's parent is outside";
#endif
}

// ---- Caps

constexpr int kNoMore = ENOSPC;  // unshare(2), of a limit on namespaces

bool has_caps() { return lane_gives("memory cap") || lane_gives("process cap"); }

const char* const kLimit = "/proc/sys/user/max_cgroup_namespaces";

// What is not capped is not kept from anything, either.
void expect_nothing_capped() {
  std::string limit;
  std::ifstream(kLimit) >> limit;
  EXPECT_NE(limit, "");
  EXPECT_NE(limit, "0");
}

TEST(Caps, AreInNoCgroupNamespaceThatAGuestCouldMake) {
  const int error = in_a_child([] {
    const int gained = gain_capabilities(CLONE_NEWNS);
    return gained != 0 ? 254 : error_of(unshare(CLONE_NEWCGROUP));
  });
  if (!lane_gives("user namespace")) {
    EXPECT_EQ(error, 254) << "and so cannot have capabilities either";
  } else if (has_caps()) {
    EXPECT_EQ(error, kNoMore);
  } else {
    EXPECT_EQ(error, cloister::selftests::lane() == "nested_root" ? kNoMore : 0);
  }
}

// Each user has a count of its own: ucounts of user_namespaces(7).
TEST(Caps, AreInNoCgroupNamespaceThatAnotherUserCouldMake) {
  const int error = in_a_child([] {
    constexpr uid_t kAnother = 1234;
    if (setresuid(kAnother, kAnother, kAnother) != 0) return 254;
    return error_of(unshare(CLONE_NEWUSER | CLONE_NEWCGROUP));
  });
  EXPECT_EQ(error, cloister::selftests::lane().starts_with("root_") ? kNoMore : 254);
}

TEST(Caps, AreInNoHierarchyThatAGuestCouldMount) {
  if (!has_caps()) return expect_nothing_capped();
  const int error = in_a_child([] {
    if (gain_capabilities(CLONE_NEWNS) != 0) return 254;
    for (const char* type : {"cgroup", "cgroup2"}) {
      const char* controller = type[6] == '2' ? nullptr : "memory";
      if (mount("caps", "/tmp", type, 0, controller) == 0) return 0;
      if (errno == EINVAL && controller != nullptr) continue;  // Linux may have none of v1
      if (errno != EPERM && errno != ENOENT && errno != EBUSY) return errno;
    }
    return EPERM;
  });
  EXPECT_EQ(error, EPERM);
}

TEST(Caps, KeepTheirLimitOnNamespaces) {
  if (!has_caps()) return expect_nothing_capped();
  EXPECT_EQ(error_of_open(kLimit, O_WRONLY), EACCES);
  // What may be written in a namespace below is that namespace's own limit.
  EXPECT_EQ(in_a_child([] {
              if (gain_capabilities(0) != 0) return 254;
              return put(kLimit, "100") ? error_of(unshare(CLONE_NEWCGROUP)) : 253;
            }),
            kNoMore);
}

// Each file there is, of whichever hierarchy.
TEST(Caps, AreBehindReadOnlyMounts) {
  if (!has_caps()) return expect_nothing_capped();
  EXPECT_EQ(error_of(mkdir("/sys/fs/cgroup/mine", 0755)), EROFS);
  int tried = 0;
  for (const char* directory : {"", "/memory", "/pids", "/unified", "/cpu", "/freezer"}) {
    const std::string procs = std::string("/sys/fs/cgroup") + directory + "/cgroup.procs";
    if (access(procs.c_str(), F_OK) != 0) continue;
    EXPECT_EQ(error_of_open(procs, O_WRONLY), getuid() == 0 ? EROFS : EACCES) << procs;
    ++tried;
  }
  EXPECT_GT(tried, 0);
}

TEST(Caps, CannotBeRemountedWritable) {
  if (!has_caps()) return expect_nothing_capped();
  EXPECT_EQ(error_of(mount(nullptr, "/sys/fs/cgroup", nullptr, MS_REMOUNT | MS_BIND, nullptr)),
            EPERM);
  // With the right to mount, in a copy of the cell's mounts: those are locked, mount_namespaces(7).
  EXPECT_EQ(
      in_a_child([] {
        if (gain_capabilities(CLONE_NEWNS) != 0) return 254;
        return error_of(mount(nullptr, "/sys/fs/cgroup", nullptr, MS_REMOUNT | MS_BIND, nullptr));
      }),
      EPERM);
}

// ---- Privileges

TEST(Privileges, OfARootGuestAreWithoutTheRightToMountRebootOrRaiseLimits) {
  const std::string bounds = status_line("self", "CapBnd");
  const auto mask = std::stoull(bounds, nullptr, 16);
  for (const int capability : {CAP_SYS_ADMIN, CAP_SYS_BOOT, CAP_SYS_RESOURCE}) {
    const bool withheld = (mask >> capability & 1) == 0;
    EXPECT_EQ(withheld, lane_gives("user namespace") || getuid() != 0) << capability;
  }
}

TEST(Privileges, OfAnOrdinaryGuestAreNone) {
  if (getuid() == 0) return;  // the test above is about root
  EXPECT_EQ(status_line("self", "CapPrm"), "0000000000000000");
  EXPECT_EQ(status_line("self", "CapBnd"), "0000000000000000");
  EXPECT_EQ(status_line("self", "CapAmb"), "0000000000000000");
}

TEST(Privileges, DoNotComeBackByASetuidProgram) {
  constexpr uid_t kNobody = 65534;
  const pid_t child = fork();
  if (child == 0) {
    const int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; ++fd) dup2(null, fd);
    if (getuid() == 0 && setresuid(kNobody, kNobody, kNobody) != 0) _exit(126);
    execl("/bin/su", "su", nullptr);
    _exit(127);
  }
  // It finds no password on /dev/null, and ends as who it was.
  siginfo_t info{};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  const std::string ids = status_line(std::to_string(child), "Uid");
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  if (WEXITSTATUS(status) == 126) {
    EXPECT_NE(cloister::selftests::lane().substr(0, 5), "root_") << "there is no other id here";
    return;
  }
  ASSERT_NE(WEXITSTATUS(status), 127) << "there is no /bin/su";
  const std::string id = std::to_string(getuid() == 0 ? kNobody : getuid());
  EXPECT_EQ(ids, id + "\t" + id + "\t" + id + "\t" + id);
}

TEST(Privileges, DoNotComeBackByASetuidFileOfTheCell) {
  if (!lane_gives("private /tmp and /dev/shm")) return;  // the host's are mounted as the host likes
  std::ifstream mounts("/proc/self/mountinfo");
  int seen = 0;
  for (std::string line; std::getline(mounts, line);) {
    if (line.find(" /tmp rw") == std::string::npos &&
        line.find(" /dev/shm rw") == std::string::npos)
      continue;
    if (line.find(" - tmpfs tmpfs ") == std::string::npos) continue;
    ++seen;
    if (line.find("size=1048576k") == std::string::npos) continue;
    EXPECT_NE(line.find("nosuid,nodev"), std::string::npos) << line;
  }
  EXPECT_GE(seen, 2);
}

TEST(Privileges, DoNotIncludeTheHostsPower) {
  if (getuid() == 0 && !lane_gives("user namespace")) return;  // nobody dares
  EXPECT_EQ(error_of(reboot(RB_DISABLE_CAD)), EPERM);
  const timespec now{1, 0};
  EXPECT_EQ(error_of(clock_settime(CLOCK_REALTIME, &now)), EPERM);
}

// ---- What is not contained: docs/SECURITY.md says what to do. A test that fails here is good
// news, and a line less there.

TEST(NotContained, ARootGuestWritesTheKernelsSettingsOfTheHost) {
  // Of uid 0 outside, whatever its capabilities: proc(5). Opened, and not written to.
  const bool of_root = cloister::selftests::lane() == "root_v1" ||
                       cloister::selftests::lane() == "root_v2" ||
                       cloister::selftests::lane() == "nested_root";
  EXPECT_EQ(error_of_open("/proc/sys/kernel/core_pattern", O_WRONLY), of_root ? 0 : EACCES);
}

TEST(NotContained, AGuestSeesTheNumbersOfInitsDescriptors) {
  if (!lane_gives("pid namespace")) return expect_shared("pid");
  DIR* directory = opendir("/proc/1/fd");
  ASSERT_NE(directory, nullptr);
  std::vector<std::string> names;
  while (const dirent* entry = readdir(directory)) names.emplace_back(entry->d_name);
  closedir(directory);
  EXPECT_EQ(names, (std::vector<std::string>{".", "..", "3"}));
}

TEST(NotContained, AGuestClonesItselfIntoAGroupOfVersion2ThatItsUserMayWrite) {
  // Mounted with nsdelegate it may not; read-only is not asked for: clone(2), CLONE_INTO_CGROUP.
  struct Arguments {
    std::uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
        set_tid_size, cgroup;
  } arguments{};
  std::ifstream mounts("/proc/self/mountinfo");
  std::string line;
  while (std::getline(mounts, line) && line.find(" - cgroup2 ") == std::string::npos) {
  }
  if (line.empty() || !has_caps() || getuid() != 0) return;
  std::istringstream words(line);
  std::string path;
  for (int word = 0; word < 5; ++word) words >> path;
  arguments.flags = 0x200000000ULL;
  arguments.exit_signal = SIGCHLD;
  arguments.cgroup = static_cast<std::uint64_t>(open(path.c_str(), O_PATH | O_CLOEXEC));
  const long child = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (child == 0) _exit(0);
  EXPECT_EQ(child > 0, line.find("nsdelegate") == std::string::npos);
  waitpid(static_cast<pid_t>(child), nullptr, 0);
}

TEST(NotContained, LocksOnSharedFilesAreSeenByEverybody) {
  ASSERT_TRUE(kLockedByTheKeeper);
  const int binary = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(binary, 0);
  EXPECT_EQ(error_of(flock(binary, LOCK_EX | LOCK_NB)), EWOULDBLOCK);
  close(binary);
}

}  // namespace
