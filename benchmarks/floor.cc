// The kernel's own price of a full cell: its system calls and nothing else. Seven namespaces,
// private /proc, /tmp and /dev/shm, hostname, loopback, a v1 memory and pids cgroup each where this
// process may make them, init and guest.
//   bench_floor CELLS IN_FLIGHT
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
#include <map>
#include <string>
#include <vector>

namespace {

[[noreturn]] void die(const char* what) {
  perror(what);
  _exit(1);
}

void put(const std::string& file, const std::string& content) {
  const int fd = open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, content.data(), content.size()) < 0) die(file.c_str());
  close(fd);
}

void live_as_init(int go) {
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
  if (guest == 0) _exit(0);
  waitpid(guest, nullptr, 0);
  _exit(0);
}

// This process's own v1 groups of memory and pids, where it may write.
std::vector<std::string> bases() {
  std::vector<std::string> found;
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    for (const std::string controller : {"memory", "pids"}) {
      const std::size_t at = line.find(":" + controller + ":");
      if (at == std::string::npos) continue;
      const std::string base =
          "/sys/fs/cgroup/" + controller + line.substr(at + controller.size() + 2);
      if (access(base.c_str(), W_OK) == 0) found.push_back(base);
    }
  }
  return found;
}

pid_t start(const std::vector<std::string>& groups) {
  for (const std::string& group : groups) {
    if (mkdir(group.c_str(), 0755) != 0) die(group.c_str());
    if (group.find("/pids") != std::string::npos) put(group + "/pids.max", "4096");
  }
  int go[2];
  if (pipe2(go, O_CLOEXEC) != 0) die("pipe");
  clone_args arguments{};
  arguments.flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS |
                    CLONE_NEWIPC | CLONE_NEWCGROUP;
  arguments.exit_signal = SIGCHLD;
  const auto init = static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
  if (init < 0) die("clone3");
  if (init == 0) live_as_init(go[0]);
  const std::string proc = "/proc/" + std::to_string(init);
  put(proc + "/setgroups", "deny");
  put(proc + "/uid_map", "0 " + std::to_string(geteuid()) + " 1");
  put(proc + "/gid_map", "0 " + std::to_string(getegid()) + " 1");
  for (const std::string& group : groups) put(group + "/cgroup.procs", std::to_string(init));
  if (write(go[1], "g", 1) != 1) die("go");
  close(go[0]);
  close(go[1]);
  return init;
}

}  // namespace

int main(int argc, char** argv) {
  const int cells = argc > 1 ? atoi(argv[1]) : 1000;
  const int in_flight = argc > 2 ? atoi(argv[2]) : 2;
  const std::vector<std::string> own = bases();
  std::map<pid_t, std::vector<std::string>> running;
  int bad = 0;
  for (int started = 0; started < cells || !running.empty();) {
    while (started < cells && running.size() < static_cast<std::size_t>(in_flight)) {
      std::vector<std::string> groups;
      for (const std::string& base : own) {
        groups.push_back(base + "/floor-" + std::to_string(getpid()) + "-" +
                         std::to_string(started));
      }
      running.emplace(start(groups), groups);
      ++started;
    }
    int status = 0;
    const pid_t ended = waitpid(-1, &status, __WALL);
    if (status != 0) ++bad;
    for (const std::string& group : running[ended]) {
      if (rmdir(group.c_str()) != 0) die(group.c_str());
    }
    running.erase(ended);
  }
  return bad == 0 ? 0 : 1;
}
