// under_mounts COUNT PLACE COMMAND...: runs the command on a host with COUNT more bind mounts, made
// in a mount namespace of its own on the directory PLACE, and prints the seconds that it took.
// Nothing is left of them when it ends.
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>

namespace {

[[noreturn]] void die(const std::string& doing) {
  perror(("under_mounts: cannot " + doing).c_str());
  exit(1);
}

void put(const char* file, const std::string& text) {
  const int fd = open(file, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, text.data(), text.size()) < 0) die(std::string("write ") + file);
  close(fd);
}

// An ordinary user may mount in a user namespace of its own.
void enter_namespaces() {
  const std::string uid = std::to_string(geteuid());
  const std::string gid = std::to_string(getegid());
  if (geteuid() == 0) {
    if (unshare(CLONE_NEWNS) != 0) die("make a mount namespace");
  } else {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) die("make a user and a mount namespace");
    put("/proc/self/setgroups", "deny");
    put("/proc/self/uid_map", uid + " " + uid + " 1");
    put("/proc/self/gid_map", gid + " " + gid + " 1");
  }
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) die("make mounts private");
}

void make_mounts(int count, const std::string& place) {
  if (mount("tmpfs", place.c_str(), "tmpfs", 0, nullptr) != 0) die("mount a tmpfs on " + place);
  for (int i = 0; i < count; ++i) {
    const std::string target = place + "/" + std::to_string(i);
    if (mkdir(target.c_str(), 0755) != 0) die("make " + target);
    if (mount(target.c_str(), target.c_str(), nullptr, MS_BIND, nullptr) != 0)
      die("bind " + target);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: under_mounts COUNT PLACE COMMAND...\n");
    return 2;
  }
  enter_namespaces();
  make_mounts(atoi(argv[1]), argv[2]);
  const auto start = std::chrono::steady_clock::now();
  const pid_t command = fork();
  if (command == 0) {
    execvp(argv[3], argv + 3);
    die(std::string("run ") + argv[3]);
  }
  int status = 0;
  if (command < 0 || waitpid(command, &status, 0) != command) die("run the command");
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  printf("bench: seconds %.9f\n", took.count());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
