// Guests that reach for the host: its name, network, mounts, init, cgroups, devices, files. Each
// is refused, or changes what is its own.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/reboot.h>
#include <locale.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include <cloister/gtest.h>

#include "selftests/guests/hostile/guests.h"

namespace {

namespace fs = std::filesystem;
using hostile::in_child;

// Only in a pid namespace of its own can reboot(2) harm nobody else: pid_namespaces(7).
TEST(Host, IsRebooted) {
  ASSERT_EQ(getppid(), 0);
  EXPECT_EQ(reboot(RB_AUTOBOOT), -1);
  EXPECT_EQ(errno, EPERM);
}
NEIGHBOUR(Host, 1)
TEST(Host, IsRenamed) {
  EXPECT_EQ(sethostname("hostile", 7), -1);
  EXPECT_EQ(errno, EPERM);
}
CLOISTER_TEST(Host, IsRenamedByOneThatMay, {.privileged = true});
TEST(Host, IsRenamedByOneThatMay) { EXPECT_EQ(sethostname("hostile", 7) == 0, geteuid() == 0); }

int listen_at(const sockaddr* address, socklen_t size) {
  const int fd = socket(address->sa_family, SOCK_STREAM, 0);
  EXPECT_EQ(bind(fd, address, size), 0) << strerror(errno);
  EXPECT_EQ(listen(fd, 1), 0);
  return fd;
}
void take_the_port() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(20202);
  listen_at(reinterpret_cast<sockaddr*>(&address), sizeof address);
}
TEST(Network, AFixedPort) { take_the_port(); }
NEIGHBOUR(Network, 1)
TEST(Network, AFixedPortOfADaemon) {
  in_child([] {
    take_the_port();
    pause();
  });
}
TEST(Network, AnAbstractSocket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path + 1, "cloister-hostile", 16);
  listen_at(reinterpret_cast<sockaddr*>(&address), sizeof address);
}
NEIGHBOUR(Network, 2)
TEST(Network, TheInternet) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(80);
  address.sin_addr.s_addr = inet_addr("192.0.2.1");
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), -1);
  EXPECT_EQ(errno, ENETUNREACH);
}

TEST(Changes, ItsOwnSurroundings) {
  setenv("HOSTILE", "1", 1);
  EXPECT_EQ(chdir("/"), 0);
  umask(0777);
  EXPECT_NE(nice(5), -1);
  setlocale(LC_ALL, "C");
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(sched_getcpu(), &one);
  EXPECT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
}
NEIGHBOUR(Changes, 1)

TEST(Mounts, ProcIsUnmounted) {
  EXPECT_EQ(umount2("/proc", MNT_DETACH), -1);
  EXPECT_EQ(errno, EPERM);
}
TEST(Mounts, EtcIsCovered) {
  EXPECT_EQ(mount("none", "/etc", "tmpfs", 0, ""), -1);
  EXPECT_EQ(errno, EPERM);
}
NEIGHBOUR(Mounts, 1)
CLOISTER_TEST(Mounts, ByOneThatMay, {.privileged = true});
TEST(Mounts, ByOneThatMay) {
  const bool may = geteuid() == 0;
  EXPECT_EQ(mount("none", "/etc", "tmpfs", 0, "") == 0, may);
  EXPECT_EQ(umount2("/tmp", MNT_DETACH) == 0, may);
  EXPECT_EQ(umount2("/proc", MNT_DETACH) == 0, may);
}
TEST(Mounts, InNamespacesOfItsOwn) {
  const pid_t child = in_child([] {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) mount("none", "/etc", "tmpfs", 0, "");
  });
  waitpid(child, nullptr, 0);
}

TEST(Init, IsTraced) {
  EXPECT_EQ(ptrace(PTRACE_SEIZE, 1, nullptr, nullptr), -1);
  EXPECT_EQ(errno, EPERM);
}
TEST(Init, IsWrittenTo) {
  char word[8] = {};
  const iovec local{word, sizeof word};
  const iovec remote{word, sizeof word};
  EXPECT_EQ(process_vm_writev(1, &local, 1, &remote, 1, 0), -1);
  EXPECT_EQ(errno, EPERM);
}
NEIGHBOUR(Init, 1)
TEST(Init, IsLookedInto) {
  for (const char* file : {"/proc/1/fd/3", "/proc/1/mem", "/proc/1/root/etc"}) {
    EXPECT_EQ(open(file, O_RDONLY), -1) << file;
    EXPECT_EQ(errno, EACCES) << file;
  }
}

TEST(Leaks, SystemVObjects) {
  EXPECT_GE(shmget(0x484F5354, 4096, IPC_CREAT | 0600), 0);
  EXPECT_GE(semget(0x484F5354, 1, IPC_CREAT | 0600), 0);
  EXPECT_GE(msgget(0x484F5354, IPC_CREAT | 0600), 0);
}
NEIGHBOUR(Leaks, 1)
TEST(Leaks, PosixObjects) {
  EXPECT_GE(shm_open("/hostile", O_CREAT | O_RDWR, 0600), 0);
  EXPECT_NE(sem_open("/hostile", O_CREAT, 0600, 1), SEM_FAILED);
  EXPECT_GE(mq_open("/hostile", O_CREAT | O_RDWR, 0600, nullptr), 0);
}
TEST(Leaks, FifosSocketsAndDevices) {
  EXPECT_EQ(mkfifo("/tmp/fifo", 0600), 0);
  EXPECT_EQ(mknod("/tmp/device", S_IFBLK | 0600, makedev(7, 0)), -1);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  strcpy(address.sun_path, "/tmp/socket");  // NOLINT(clang-analyzer-security.insecureAPI.strcpy)
  listen_at(reinterpret_cast<sockaddr*>(&address), sizeof address);
}

TEST(Privileges, BySetuidPrograms) {
  EXPECT_EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
  const uid_t before = geteuid();
  const pid_t child = in_child([] {
    close(STDERR_FILENO);
    execl("/bin/su", "su", "-c", "touch /tmp/by-su", nullptr);
  });
  waitpid(child, nullptr, 0);
  struct stat status{};
  if (stat("/tmp/by-su", &status) == 0) {
    EXPECT_EQ(status.st_uid, before);
  }
}
NEIGHBOUR(Privileges, 1)
TEST(Privileges, OfATerminal) {
  EXPECT_EQ(ioctl(STDIN_FILENO, TIOCSTI, "x"), -1);
  EXPECT_EQ(open("/dev/tty", O_RDWR), -1);
}

// Every group that can be seen is tried.
TEST(Cgroups, AreMadeAndLeft) {
  std::error_code ignored;
  const fs::path top("/sys/fs/cgroup");
  std::vector<fs::path> groups{top};
  for (const auto& entry : fs::directory_iterator(top, ignored)) {
    if (entry.is_directory(ignored)) groups.push_back(entry.path());
  }
  for (const fs::path& group : groups) {
    EXPECT_EQ(mkdir((group / "hostile").c_str(), 0755), -1) << group;
    const int procs = open((group / "cgroup.procs").c_str(), O_WRONLY);
    EXPECT_TRUE(procs < 0 || write(procs, "0", 1) < 0) << group;
  }
}
NEIGHBOUR(Cgroups, 1)

// Not contained: outside of /tmp and /dev/shm the file system is the host's.
TEST(Files, OfTheWorkingDirectoryAreWritten) {
  const int fd = open("hostile-file", O_CREAT | O_WRONLY, 0600);
  EXPECT_GE(fd, 0);
  EXPECT_EQ(unlink("hostile-file"), 0);
}
TEST(Files, OfTheProgramAreWritten) {
  EXPECT_EQ(open("/proc/self/exe", O_WRONLY), -1);
  EXPECT_EQ(errno, ETXTBSY);
}
TEST(Files, AreLocked) {
  const int fd = open(".", O_RDONLY);
  EXPECT_EQ(flock(fd, LOCK_EX), 0);
}
NEIGHBOUR(Files, 1)

}  // namespace
