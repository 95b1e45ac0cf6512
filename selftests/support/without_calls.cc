// without_calls ERRNO CALL[,CALL...] PROGRAM ARGS...
// Runs a program for which the named system calls fail with ENOSYS or EPERM, as they do on older
// kernels and under container filters. A filter (seccomp(2)) stays with every descendant. Besides
// calls there are parts of calls: new_user, new_pid and so on are the namespaces of clone(2) and
// unshare(2) (clone3(2), whose flags a filter cannot see, is then ENOSYS), mount_tmpfs is a
// mount(2) with the flags that Cloister's tmpfs have.
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

const std::map<std::string, unsigned> kCalls = {{"clone3", SYS_clone3},
                                                {"close_range", SYS_close_range},
                                                {"mount_setattr", SYS_mount_setattr},
                                                {"pidfd_open", SYS_pidfd_open},
                                                {"openat2", SYS_openat2},
                                                {"seccomp", SYS_seccomp},
                                                {"unshare", SYS_unshare},
                                                {"mount", SYS_mount},
                                                {"setns", SYS_setns},
                                                {"sethostname", SYS_sethostname}};

const std::map<std::string, unsigned> kNamespaces = {
    {"new_user", CLONE_NEWUSER},    {"new_pid", CLONE_NEWPID}, {"new_mount", CLONE_NEWNS},
    {"new_net", CLONE_NEWNET},      {"new_uts", CLONE_NEWUTS}, {"new_ipc", CLONE_NEWIPC},
    {"new_cgroup", CLONE_NEWCGROUP}};

using Filter = std::vector<sock_filter>;

// Each rule begins and ends with the call's number loaded.
void load(Filter& filter, unsigned offset) {
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}
constexpr unsigned argument(unsigned number) {
  return static_cast<unsigned>(offsetof(seccomp_data, args) + number * sizeof(std::uint64_t));
}

void refuse(Filter& filter, unsigned call, unsigned error) {
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1));
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error));
}

// `test` is BPF_JSET or BPF_JEQ on the argument's lower half.
void refuse_where(Filter& filter, unsigned call, unsigned number, unsigned test, unsigned value,
                  unsigned error) {
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4));
  load(filter, argument(number));
  filter.push_back(BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), value, 0, 1));
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error));
  load(filter, offsetof(seccomp_data, nr));
}

bool add_rule(Filter& filter, const std::string& name, unsigned error) {
  if (const auto call = kCalls.find(name); call != kCalls.end()) {
    refuse(filter, call->second, error);
  } else if (const auto flag = kNamespaces.find(name); flag != kNamespaces.end()) {
    refuse(filter, SYS_clone3, ENOSYS);
    for (const unsigned number : {SYS_clone, SYS_unshare})
      refuse_where(filter, number, 0, BPF_JSET, flag->second, error);
  } else if (name == "mount_tmpfs") {
    refuse_where(filter, SYS_mount, 3, BPF_JEQ, MS_NOSUID | MS_NODEV, error);
  } else {
    return false;
  }
  return true;
}

int usage() {
  fputs("usage: without_calls ENOSYS|EPERM CALL[,CALL...] PROGRAM ARGS...\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return usage();
  const unsigned error = strcmp(argv[1], "EPERM") == 0 ? EPERM : ENOSYS;
  Filter filter;
  load(filter, offsetof(seccomp_data, nr));
  std::istringstream names(argv[2]);
  for (std::string name; std::getline(names, name, ',');) {
    if (!add_rule(filter, name, error)) return usage();
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) {
    perror("without_calls: cannot set the filter");
    return 2;
  }
  execvp(argv[3], argv + 3);
  perror(argv[3]);
  return 127;
}
