// without_calls ERRNO CALL[,CALL...] PROGRAM ARGS...
// Runs a program for which the named system calls fail with ENOSYS or EPERM, as they do on older
// kernels and under container filters. A filter (seccomp(2)) stays with every descendant.
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

const std::map<std::string, unsigned> kCalls = {{"clone3", SYS_clone3},
                                                {"close_range", SYS_close_range},
                                                {"mount_setattr", SYS_mount_setattr},
                                                {"unshare", SYS_unshare},
                                                {"mount", SYS_mount},
                                                {"setns", SYS_setns},
                                                {"sethostname", SYS_sethostname}};

int usage() {
  fputs("usage: without_calls ENOSYS|EPERM CALL[,CALL...] PROGRAM ARGS...\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return usage();
  const unsigned error = strcmp(argv[1], "EPERM") == 0 ? EPERM : ENOSYS;
  std::vector<sock_filter> filter = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  std::istringstream names(argv[2]);
  for (std::string name; std::getline(names, name, ',');) {
    const auto call = kCalls.find(name);
    if (call == kCalls.end()) return usage();
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call->second, 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error));
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
