// The kernel's own price of a full cell: its system calls and nothing else. Seven namespaces,
// private /proc, /tmp and /dev/shm, hostname, loopback, a memory and a pids cgroup where this
// process may make them, init and guest: what a cell has by default, in the order that costs least.
//   bench_floor CELLS IN_FLIGHT PREFIX [MEMORY_CAP [COMMAND...]]
// Cgroups have names that begin with PREFIX. There is no cap on memory without MEMORY_CAP, or with
// 0. The guest ends at once, or executes COMMAND: for a look at what it is in. Compiled with
// BENCH_GOOGLETEST it is a GoogleTest program, and its guest runs a test.
#include <fcntl.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>
#ifdef BENCH_GOOGLETEST
#include <gtest/gtest.h>
#endif

namespace {

#ifdef BENCH_GOOGLETEST
TEST(Trivial, Test) { EXPECT_GE(getpid(), 0); }
#endif

[[noreturn]] void die(const char* what) {
  perror(what);
  _exit(1);
}

void put(const std::string& file, const std::string& content) {
  const int fd = open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, content.data(), content.size()) < 0) die(file.c_str());
  close(fd);
}

// What is the same for all cells.
struct Floor {
  std::string prefix;
  std::string memory_cap = "0";
  char** command = nullptr;
  std::vector<std::string> v1;  // directories to make groups in
  std::string v2;
};

[[noreturn]] void live_as_guest(char** command) {
  if (command != nullptr) {
    execvp(command[0], command);
    die(command[0]);
  }
#ifdef BENCH_GOOGLETEST
  if (freopen("/dev/null", "w", stdout) == nullptr || RUN_ALL_TESTS() != 0) _exit(1);
#endif
  _exit(0);
}

[[noreturn]] void live_as_init(int go, char** command) {
  char byte = 0;
  if (read(go, &byte, 1) != 1) _exit(1);
  const unsigned long plain = MS_NOSUID | MS_NODEV;
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) die("private mounts");
  if (mount("proc", "/proc", "proc", plain | MS_NOEXEC, nullptr) != 0) die("proc");
  for (const char* target : {"/tmp", "/dev/shm"}) {
    if (mount("tmpfs", target, "tmpfs", plain, "mode=1777,size=1g,nr_inodes=131072") != 0)
      die(target);
  }
  if (sethostname("cell", 4) != 0) die("sethostname");
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  if (ioctl(fd, SIOCSIFFLAGS, &request) != 0) die("lo");
  close(fd);
  const pid_t guest = fork();
  if (guest == 0) live_as_guest(command);
  int status = 0;
  waitpid(guest, &status, 0);
  _exit(status == 0 ? 0 : 1);
}

// This process's own groups of memory and pids, where it may write; in version 2 where both are
// handed on.
void find_bases(Floor& floor) {
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    for (const std::string controller : {"memory", "pids"}) {
      const std::size_t at = line.find(":" + controller + ":");
      if (at == std::string::npos) continue;
      const std::string base =
          "/sys/fs/cgroup/" + controller + line.substr(at + controller.size() + 2);
      if (access(base.c_str(), W_OK) == 0) floor.v1.push_back(base);
    }
    if (!line.starts_with("0::")) continue;
    const std::string base = "/sys/fs/cgroup" + line.substr(3);
    std::ifstream handed_on(base + "/cgroup.subtree_control");
    const std::string names(std::istreambuf_iterator<char>(handed_on), {});
    if (names.find("memory") != std::string::npos && names.find("pids") != std::string::npos &&
        access(base.c_str(), W_OK) == 0)
      floor.v2 = base;
  }
}

// The groups of one cell. Those of version 1 are joined by writing to them.
struct Groups {
  std::vector<std::string> v1;
  std::string v2;
};

void make_group(const std::string& group) {
  if (mkdir(group.c_str(), 0755) != 0) die(group.c_str());
}

Groups make_groups(const Floor& floor, int number) {
  const std::string name = "/" + floor.prefix + std::to_string(number);
  const bool capped = floor.memory_cap != "0";
  Groups groups;
  for (const std::string& base : floor.v1) {
    const std::string& group = groups.v1.emplace_back(base + name);
    make_group(group);
    if (group.starts_with("/sys/fs/cgroup/pids")) {
      put(group + "/pids.max", "4096");
    } else if (capped) {
      put(group + "/memory.limit_in_bytes", floor.memory_cap);
    }
  }
  if (floor.v2.empty()) return groups;
  groups.v2 = floor.v2 + name;
  make_group(groups.v2);
  put(groups.v2 + "/pids.max", "4096");
  if (capped) put(groups.v2 + "/memory.max", floor.memory_cap);
  return groups;
}

void remove_groups(const Groups& groups) {
  for (const std::string& group : groups.v1) {
    if (rmdir(group.c_str()) != 0) die(group.c_str());
  }
  if (!groups.v2.empty() && rmdir(groups.v2.c_str()) != 0) die(groups.v2.c_str());
}

pid_t clone_into(const std::string& group, int go, char** command) {
  clone_args arguments{};
  arguments.flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS |
                    CLONE_NEWIPC | CLONE_NEWCGROUP;
  arguments.exit_signal = SIGCHLD;
  int directory = -1;
  if (!group.empty()) {
    directory = open(group.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    arguments.flags |= CLONE_INTO_CGROUP;
    arguments.cgroup = static_cast<unsigned>(directory);
  }
  const auto init = static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
  if (init < 0) die("clone3");
  if (init == 0) live_as_init(go, command);
  if (directory >= 0) close(directory);
  return init;
}

pid_t start(const Floor& floor, const Groups& groups) {
  int go[2];
  if (pipe2(go, O_CLOEXEC) != 0) die("pipe");
  const pid_t init = clone_into(groups.v2, go[0], floor.command);
  const std::string proc = "/proc/" + std::to_string(init);
  put(proc + "/setgroups", "deny");
  put(proc + "/uid_map", "0 " + std::to_string(geteuid()) + " 1");
  put(proc + "/gid_map", "0 " + std::to_string(getegid()) + " 1");
  for (const std::string& group : groups.v1) put(group + "/cgroup.procs", std::to_string(init));
  if (write(go[1], "g", 1) != 1) die("go");
  close(go[0]);
  close(go[1]);
  return init;
}

}  // namespace

int main(int argc, char** argv) {
#ifdef BENCH_GOOGLETEST
  testing::InitGoogleTest(&argc, argv);
#endif
  if (argc < 4) {
    fputs("usage: bench_floor CELLS IN_FLIGHT PREFIX [MEMORY_CAP [COMMAND...]]\n", stderr);
    return 2;
  }
  const int cells = atoi(argv[1]);
  const auto in_flight = static_cast<std::size_t>(atoi(argv[2]));
  Floor floor{.prefix = argv[3]};
  if (argc > 4) floor.memory_cap = argv[4];
  if (argc > 5) floor.command = argv + 5;
  find_bases(floor);
  std::map<pid_t, Groups> running;
  int bad = 0;
  for (int started = 0; started < cells || !running.empty();) {
    while (started < cells && running.size() < in_flight) {
      const Groups groups = make_groups(floor, started++);
      running.emplace(start(floor, groups), groups);
    }
    int status = 0;
    const pid_t ended = waitpid(-1, &status, __WALL);
    if (status != 0) ++bad;
    remove_groups(running[ended]);
    running.erase(ended);
  }
  return bad == 0 ? 0 : 1;
}
