// Who a guest is: these tests run in cells, as root and as an ordinary user.
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cloister/gtest.h>

#include "selftests/inside/where_given.h"

namespace {

using inside::has_every_id;
using inside::lane_gives;
using inside::where_given;

// Noted before the run, outside of any cell.
const uid_t kUserOutside = getuid();
const gid_t kGroupOutside = getgid();
const int kUmaskOutside = [] {
  const mode_t mask = umask(0);
  umask(mask);
  return static_cast<int>(mask);
}();

// In a cell that root's run makes inside a cell there is one id, as for an ordinary user.

TEST(Identity, GuestKeepsItsUser) {
  EXPECT_EQ(getuid(), kUserOutside);
  EXPECT_EQ(geteuid(), kUserOutside);
  EXPECT_EQ(getgid(), kGroupOutside);
}

TEST(Identity, GuestCanGainNoPrivileges) { EXPECT_EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1); }

TEST(Identity, GuestIsNotInit) { EXPECT_GT(getpid(), 1); }

// Names made of it must not collide with those of other tests.
TEST(Identity, GuestsPidIsFarFromWhatACellCountsFrom) {
  EXPECT_TRUE(getpid() >= 1000 || !lane_gives("pid namespace") ||
              access("/proc/sys/kernel/ns_last_pid", W_OK) != 0)
      << getpid();
}

TEST(Identity, GuestLeadsItsOwnSession) { EXPECT_EQ(getsid(0), getpid()); }

TEST(Identity, UmaskStays) {
  const mode_t mask = umask(0);
  umask(mask);
  EXPECT_EQ(static_cast<int>(mask), kUmaskOutside);
}

TEST(Identity, ChownWorksForRootAndForNobodyElse) {
  const int fd = open("/tmp/mine", O_CREAT | O_EXCL | O_RDWR, 0600);
  ASSERT_GE(fd, 0);
  EXPECT_EQ(fchown(fd, 1234, 5678), has_every_id() ? 0 : -1);
  struct stat status;
  ASSERT_EQ(fstat(fd, &status), 0);
  EXPECT_EQ(unlink("/tmp/mine"), 0);
  EXPECT_EQ(status.st_uid, has_every_id() ? 1234 : kUserOutside);
  close(fd);
}

TEST(Identity, RootCanStartAServerThatDropsToAnotherUser) {
  const pid_t server = fork();
  if (server == 0) {
    const gid_t group = 65534;
    const bool dropped = setgroups(1, &group) == 0 && setgid(65534) == 0 && setuid(65534) == 0;
    _exit(dropped && getuid() == 65534 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(server, &status, 0), server);
  EXPECT_EQ(WEXITSTATUS(status), has_every_id() ? 0 : 1);
}

CLOISTER_TEST(Identity, AsRootIsUidZeroInsideWithoutTheRightToMount,
              where_given("user namespace", cloister::CellConfig{}.with_as_root()));
TEST(Identity, AsRootIsUidZeroInsideWithoutTheRightToMount) {
  const bool given = lane_gives("user namespace");
  EXPECT_EQ(getuid(), given ? 0U : kUserOutside);
  EXPECT_EQ(getgid(), given ? 0U : kGroupOutside);
  EXPECT_EQ(mount("tmpfs", "/tmp", "tmpfs", 0, nullptr), -1);
  EXPECT_EQ(errno, EPERM);
}

CLOISTER_TEST(Identity, PrivilegedRootMayMount,
              where_given("user namespace",
                          cloister::CellConfig{}.with_as_root().with_privileged()));
TEST(Identity, PrivilegedRootMayMount) {
  EXPECT_EQ(mount("tmpfs", "/tmp", "tmpfs", 0, nullptr), lane_gives("user namespace") ? 0 : -1);
}

}  // namespace
