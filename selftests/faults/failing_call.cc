// failing_call CALL NUMBER ERRNO FROM COUNT PROGRAM ARGS...
// failing_call KIND every ERRNO PROGRAM ARGS...
// The first runs a program of which the NUMBERth CALL fails with ERRNO, whichever process makes it,
// once a call of the name FROM has been seen ("start": from the first). Writes how many there were
// to the file COUNT. Ends as the program ends; with 99 when something of it goes on for seconds
// after that. By a seccomp filter that asks this process: seccomp_unotify(2). There can be only one
// that asks: the second, for programs with their own, has every call of a KIND fail, which is a
// call with one argument, and becomes the program.
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <map>
#include <span>
#include <string>

namespace {

constexpr int kSomethingStays = 99;
constexpr int kPatienceMs = 5000;

const std::map<std::string, unsigned> kCalls = {
    {"bind", SYS_bind},
    {"capget", SYS_capget},
    {"capset", SYS_capset},
    {"chdir", SYS_chdir},
    {"clone", SYS_clone},
    {"close_range", SYS_close_range},
    {"dup2", SYS_dup2},
    {"execve", SYS_execve},
    {"execveat", SYS_execveat},
    {"fchmod", SYS_fchmod},
    {"fcntl", SYS_fcntl},
    {"ioctl", SYS_ioctl},
    {"kill", SYS_kill},
    {"madvise", SYS_madvise},
    {"memfd_create", SYS_memfd_create},
    {"mkdir", SYS_mkdir},
    {"mmap", SYS_mmap},
    {"mount", SYS_mount},
    {"mount_setattr", SYS_mount_setattr},
    {"openat", SYS_openat},
    {"pidfd_open", SYS_pidfd_open},
    {"pipe2", SYS_pipe2},
    {"prctl", SYS_prctl},
    {"prlimit64", SYS_prlimit64},
    {"readlink", SYS_readlink},
    {"recvmsg", SYS_recvmsg},
    {"rmdir", SYS_rmdir},
    {"sendmsg", SYS_sendmsg},
    {"sendto", SYS_sendto},
    {"sethostname", SYS_sethostname},
    {"setns", SYS_setns},
    {"setsid", SYS_setsid},
    {"signalfd4", SYS_signalfd4},
    {"socket", SYS_socket},
    {"socketpair", SYS_socketpair},
    {"timerfd_create", SYS_timerfd_create},
    {"unshare", SYS_unshare},
    {"write", SYS_write},
};

struct Kind {
  unsigned call;
  unsigned argument;  // which of them
  unsigned value;     // its lower half
};
const std::map<std::string, Kind> kKinds = {
    {"enter_network", {SYS_setns, 1, CLONE_NEWNET}},
    {"make_network", {SYS_unshare, 0, CLONE_NEWNET}},
    {"raise_loopback", {SYS_ioctl, 1, SIOCSIFFLAGS}},
    {"set_filter", {SYS_seccomp, 0, SECCOMP_SET_MODE_FILTER}},
};

const std::map<std::string, int> kErrors = {{"EPERM", EPERM},   {"ENOMEM", ENOMEM},
                                            {"EMFILE", EMFILE}, {"ENOSPC", ENOSPC},
                                            {"EAGAIN", EAGAIN}, {"EBUSY", EBUSY}};

struct Fault {
  unsigned call;
  long number;
  int error;
  long from;  // -1 is the first call
};

// What both sides see: where the listener is, and that it was taken.
struct Handover {
  std::atomic<int> listener{-1};
  std::atomic<bool> taken{false};
};

// The listener, where the flags ask for one, else 0; -1 when it cannot be.
int install(std::span<sock_filter> filter, unsigned flags) {
  sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return static_cast<int>(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
}

int set_filter(const Fault& fault) {
  const unsigned from = fault.from < 0 ? fault.call : static_cast<unsigned>(fault.from);
  sock_filter filter[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, fault.call, 1, 0),
                          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, from, 0, 1),
                          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
                          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  constexpr unsigned kKillable = 1U << 5;  // no signal makes a call ask twice, Linux 5.19
  return install(filter, SECCOMP_FILTER_FLAG_NEW_LISTENER | kKillable);
}

// Every such call fails from here on.
bool set_filter(const Kind& kind, int error) {
  const auto argument =
      static_cast<unsigned>(offsetof(seccomp_data, args) + kind.argument * sizeof(std::uint64_t));
  const auto failure = SECCOMP_RET_ERRNO | static_cast<unsigned>(error);
  sock_filter filter[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kind.call, 0, 3),
                          BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument),
                          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kind.value, 0, 1),
                          BPF_STMT(BPF_RET | BPF_K, failure),
                          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  return install(filter, 0) == 0;
}

// The command that a `true` runs is no concern of the launch.
bool is_the_guests_own(unsigned pid) {
  std::string name;
  std::ifstream("/proc/" + std::to_string(pid) + "/comm") >> name;
  return name == "true";
}

struct Counter {
  Fault fault;
  bool begun;
  long count = 0;

  // 0 when the call may go on.
  int error_for(const seccomp_notif& asked) {
    const auto call = static_cast<unsigned>(asked.data.nr);
    if (!begun && call == static_cast<unsigned>(fault.from)) {
      begun = true;
      if (call != fault.call) return 0;
    }
    if (!begun || call != fault.call || is_the_guests_own(asked.pid)) return 0;
    return ++count == fault.number ? fault.error : 0;
  }
};

// One question answered; false when nobody is left to ask.
bool answer(int listener, Counter& counter) {
  pollfd wait{listener, POLLIN, 0};
  if (poll(&wait, 1, 20) > 0 && (wait.revents & POLLIN) == 0) return false;
  if ((wait.revents & POLLIN) == 0) return true;
  seccomp_notif asked{};
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0)
    return errno == ENOENT || errno == EINTR;
  seccomp_notif_resp words{};
  words.id = asked.id;
  words.error = -counter.error_for(asked);
  if (words.error == 0) words.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &words);
  return true;
}

int usage() {
  fputs(
      "usage: failing_call CALL NUMBER ERRNO FROM COUNT PROGRAM ARGS...\n"
      "       failing_call KIND every ERRNO PROGRAM ARGS...\n",
      stderr);
  return 2;
}

// The program's status, 128 and the signal that ended it, or kSomethingStays.
int supervise(pid_t child, int listener, Counter& counter) {
  int status = 0;
  bool ended = false;
  for (int waited = 0; answer(listener, counter);) {
    if (!ended && waitpid(child, &status, WNOHANG) == child) ended = true;
    if (!ended) continue;
    poll(nullptr, 0, 1);
    if (++waited > kPatienceMs) return kSomethingStays;
  }
  if (!ended) waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 4 && kKinds.contains(argv[1]) && strcmp(argv[2], "every") == 0 &&
      kErrors.contains(argv[3])) {
    if (set_filter(kKinds.at(argv[1]), kErrors.at(argv[3]))) execv(argv[4], argv + 4);
    perror("failing_call");
    return 127;
  }
  if (argc < 7 || !kCalls.contains(argv[1]) || !kErrors.contains(argv[3])) return usage();
  const bool from_start = strcmp(argv[4], "start") == 0;
  if (!from_start && !kCalls.contains(argv[4])) return usage();
  const Fault fault{kCalls.at(argv[1]), atol(argv[2]), kErrors.at(argv[3]),
                    from_start ? -1 : static_cast<long>(kCalls.at(argv[4]))};
  auto* handover = static_cast<Handover*>(
      mmap(nullptr, sizeof(Handover), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  new (handover) Handover;
  const pid_t child = fork();
  if (child == 0) {
    handover->listener = set_filter(fault);
    while (!handover->taken) sched_yield();
    execv(argv[6], argv + 6);
    _exit(127);
  }
  while (handover->listener < 0) sched_yield();
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  const int listener =
      static_cast<int>(syscall(SYS_pidfd_getfd, pidfd, handover->listener.load(), 0));
  if (listener < 0) {
    perror("failing_call: cannot take the filter's listener");
    return 2;
  }
  handover->taken = true;
  Counter counter{fault, from_start};
  const int status = supervise(child, listener, counter);
  std::ofstream(argv[5]) << counter.count << "\n";
  return status;
}
