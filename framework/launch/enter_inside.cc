// The guest's way into its cell, from the fork to the first line of the test.
// No heap, no locks, no stdio, no exceptions: other threads of the run may have held any lock at
// the fork.
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "framework/kernel/single_threaded_fork.h"
#include "framework/launch/audit_filter.h"
#include "framework/launch/guest.h"
#include "framework/launch/held_descriptor.h"
#include "framework/protocol/frame.h"
#include "framework/syscalls/path.h"

namespace cloister {
namespace {

// Where the guest's own descriptors live: above what a test would be given by open(2), below the
// 1024 up to which select(2) and the smallest descriptor table of the kernel reach.
constexpr rlim_t kHighDescriptors = 1024;
constexpr rlim_t kRoomAbove = 8;

constexpr int kEntryFailedStatus = 125;

// What a template needs to send its forks into their cells: setns(2). It may, and does not, until
// then.
constexpr std::uint64_t kOfTemplate =
    (std::uint64_t{1} << CAP_SYS_ADMIN) | (std::uint64_t{1} << CAP_SYS_CHROOT);

struct HighDescriptors {
  int event;
  int out;
  int err;
  int page;   // -1 when there is none
  int audit;  // likewise
  int link;   // likewise
};

// Says on the event pipe what could not be done, and ends.
[[noreturn]] void give_up(int event_fd, const char* doing) {
  const std::int32_t number = errno;
  const auto length = static_cast<std::uint32_t>(strlen(doing));
  const FrameHead head{kFrameMagic, kEntryFailedFrame, 0, 0,
                       static_cast<std::uint32_t>(sizeof number + sizeof length) + length};
  char frame[512];
  char* at = frame;
  at = static_cast<char*>(mempcpy(at, &head, sizeof head));
  at = static_cast<char*>(mempcpy(at, &number, sizeof number));
  at = static_cast<char*>(mempcpy(at, &length, sizeof length));
  at = static_cast<char*>(mempcpy(at, doing, length));
  [[maybe_unused]] const ssize_t written =
      write(event_fd, frame, static_cast<std::size_t>(at - frame));
  _exit(kEntryFailedStatus);
}

int move_high(const GuestStart& start, int fd, int event_fd) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (start.descriptors) limit = *start.descriptors;
  const rlim_t end = std::min(limit.rlim_cur, kHighDescriptors);
  const int base = end > kRoomAbove + 3 ? static_cast<int>(end - kRoomAbove) : 3;
  const int high = fcntl(fd, F_DUPFD_CLOEXEC, base);
  if (high < 0) give_up(event_fd, "keep a descriptor for the guest's reports");
  return high;
}

// Streams that are not captured are nobody's business.
HighDescriptors move_high(const GuestStart& start, bool joined) {
  HighDescriptors own{-1, -1, -1, -1, -1, -1};
  own.event = move_high(start, start.event_fd, start.event_fd);
  if (start.page_fd >= 0) own.page = move_high(start, start.page_fd, own.event);
  if (start.audit_fd >= 0) own.audit = move_high(start, start.audit_fd, own.event);
  if (start.link_fd >= 0) own.link = move_high(start, start.link_fd, own.event);
  if (start.plan.guest.streams != Streams::kCaptured) return own;
  own.out = move_high(start, start.out_fd, own.event);
  own.err = joined ? own.out : move_high(start, start.err_fd, own.event);
  return own;
}

// Before the namespaces are joined, while the host's cgroup file system is in view.
void join_cgroups(std::span<const std::string> join_paths, int event_fd) {
  for (const std::string& path : join_paths) {
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, "0", 1) != 1)
      give_up(event_fd, "move the guest into the cgroup of its cell");
    close(fd);
  }
}

// While the host's /proc is in view. Only init's children are in its time namespace, and it has
// none.
void join_clocks(const GuestStart& start, int event_fd) {
  if (start.init_pidfd < 0 || !start.plan.inside.has_clocks()) return;
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/ns/time_for_children", start.init);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || setns(fd, CLONE_NEWTIME) != 0)
    give_up(event_fd, "join the time namespace of the cell");
  close(fd);
}

void join_namespaces(const GuestStart& start, int event_fd) {
  const auto joined = static_cast<int>(start.plan.inside.namespaces & ~std::uint64_t{CLONE_NEWPID});
  if (start.init_pidfd < 0 || joined == 0) return;
  if (setns(start.init_pidfd, joined) != 0) {
    give_up(event_fd, "join the namespaces of the cell");
  }
  // init's cgroup namespace begins where init is. One made here begins at the guest's own groups,
  // so that the guest sees itself in "/": cgroup_namespaces(7).
  if ((joined & CLONE_NEWCGROUP) != 0 && !start.plan.inside.cgroups.empty() &&
      unshare(CLONE_NEWCGROUP) != 0) {
    give_up(event_fd, "make the cgroup namespace of the guest");
  }
}

// After the guest's own is made; before it loses the capability that this takes. Kernels without
// such limits have no such namespaces either, Linux 4.9.
void make_no_more_cgroup_namespaces(const GuestPlan& plan, int event_fd) {
  if (plan.cgroup_namespaces_file.empty()) return;
  const int fd = open(plan.cgroup_namespaces_file.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return;
  if (fd < 0 || write(fd, "0", 1) != 1) give_up(event_fd, "forbid the guest new cgroup namespaces");
  close(fd);
}

// Order: the bounding set first, because dropping from it takes a capability.
void limit_capabilities(std::uint64_t keep, std::uint64_t unused, int event_fd) {
  for (unsigned capability = 0; capability <= CAP_LAST_CAP; ++capability) {
    if ((keep >> capability & 1) == 0) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  }
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2] = {};
  if (syscall(SYS_capget, &head, sets) != 0) give_up(event_fd, "read the guest's capabilities");
  for (int half = 0; half < 2; ++half) {
    const auto mask = static_cast<std::uint32_t>(keep >> (32 * half));
    sets[half].effective = sets[half].permitted & mask;
    sets[half].permitted &= mask | static_cast<std::uint32_t>(unused >> (32 * half));
    sets[half].inheritable &= mask;
  }
  if (syscall(SYS_capset, &head, sets) != 0) give_up(event_fd, "drop the guest's capabilities");
}

// Last of all, so that a cap on descriptors counts the test's own only.
void limit_resources(const GuestStart& start, int event_fd) {
  const GuestPlan& plan = start.plan.guest;
  if (start.descriptors && setrlimit(RLIMIT_NOFILE, &*start.descriptors) != 0)
    give_up(event_fd, "give the guest the limit on descriptors that the run was started with");
  if (!plan.cpus.empty()) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int cpu : plan.cpus) CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0)
      give_up(event_fd, "bind the guest to the processors of its CPU set");
  }
  for (const ResourceLimit& limit : plan.limits) {
    const rlimit value{limit.value, limit.value};
    if (setrlimit(static_cast<__rlimit_resource>(limit.resource), &value) != 0)
      give_up(event_fd, "set a resource limit of the guest");
  }
}

// Under ThreadSanitizer the guest must be a fork(3) of the process that has entered the cell. That
// one stays behind, waits, and ends as the guest has ended.
void leave_a_shepherd(int event_fd) {
  const pid_t guest = fork();
  if (guest < 0) give_up(event_fd, "fork the guest inside the cell");
  if (guest == 0) return;
  int status = 0;
  while (waitpid(guest, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) _exit(WEXITSTATUS(status));
  const rlimit no_core{};
  setrlimit(RLIMIT_CORE, &no_core);
  signal(WTERMSIG(status), SIG_DFL);
  kill(getpid(), WTERMSIG(status));
  _exit(128 + WTERMSIG(status));
}

// The supplementary groups are those of who it was.
void become(const GuestPlan& plan, bool may_set_groups, int event_fd) {
  if (!plan.uid && !plan.gid) return;
  if (may_set_groups && setgroups(0, nullptr) != 0) give_up(event_fd, "leave the guest's groups");
  if (plan.gid && setresgid(*plan.gid, *plan.gid, *plan.gid) != 0)
    give_up(event_fd, "change to the guest's group");
  if (plan.uid && setresuid(*plan.uid, *plan.uid, *plan.uid) != 0)
    give_up(event_fd, "change to the guest's user");
}

// In a session of its own, kill(0) reaches the guest alone, and no terminal is its own.
void enter_session(Streams streams, int event_fd) {
  if (streams == Streams::kCallersSession) return;
  setsid();
  if (streams == Streams::kCallersTerminal && ioctl(0, TIOCSCTTY, 0) != 0)
    give_up(event_fd, "make the terminal the guest's own");
}

void enter_directory(const char* directory, int event_fd) {
  if (chdir(directory) != 0)
    give_up(event_fd,
            Path{"enter the working directory '", directory, "' inside the cell"}.c_str());
}

void set_standard_streams(const GuestStart& start, int event_fd) {
  if (start.plan.guest.streams != Streams::kCaptured) return;
  const int from[3] = {start.null_fd, start.out_fd, start.err_fd};
  for (int stream = 0; stream < 3; ++stream) {
    if (dup2(from[stream], stream) < 0) give_up(event_fd, "give the guest its standard streams");
  }
}

// Where it was, and at the position that the template had come to.
bool reopen(const ReopenedFile& file) {
  const int fd = open(file.path.c_str(), file.flags | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return false;
  const bool done = (file.offset == 0 || lseek(fd, file.offset, SEEK_SET) >= 0) &&
                    dup3(fd, file.number, file.close_on_exec ? O_CLOEXEC : 0) >= 0;
  close(fd);
  return done;
}

// Last of all: what Cloister itself does is no matter of the test's. Who does not let itself be
// looked into cannot be audited: the test has done so before it came here, or its user's ids have.
void begin_audit(const GuestStart& start, int socket, int event_fd) {
  if (socket < 0) return;
  prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  if (!be_audited_inside(start.plan.watch.audit.seen, socket)) {
    give_up(event_fd, errno == EBUSY
                          ? "see what the guest asks for: a filter around it has a listener "
                            "already, as where networks are used again"
                          : "see what the guest asks for");
  }
  close(socket);
}

}  // namespace

GuestSide enter_cell(const GuestStart& start) {
  const bool joined = start.err_fd == start.out_fd;
  const HighDescriptors own = move_high(start, joined);

  Stopwatch watch;
  reopen_held(start.held, start.plan.guest.keep_fds);
  join_cgroups(start.join_paths, own.event);
  watch.lap(start.page->costs, Cost::kJoinCgroups);
  join_clocks(start, own.event);
  join_namespaces(start, own.event);
  watch.lap(start.page->costs, Cost::kJoinNamespaces);
  make_no_more_cgroup_namespaces(start.plan.guest, own.event);
  limit_capabilities(start.plan.guest.capabilities, start.link_fd >= 0 ? kOfTemplate : 0,
                     own.event);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) give_up(own.event, "set no_new_privs");
  if (fork_starts_a_thread()) leave_a_shepherd(own.event);
  become(start.plan.guest, start.plan.inside.allow_setgroups, own.event);
  enter_session(start.plan.guest.streams, own.event);
  // After the capabilities: changing those would clear it again, prctl(2).
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  enter_directory(start.plan.guest.working_directory.c_str(), own.event);
  set_standard_streams(start, own.event);
  const int own_numbers[] = {own.event, own.out, own.err, own.page, own.audit, own.link};
  close_all_but(start.plan.guest.keep_fds, start.held, own_numbers, start.null_fd);
  limit_resources(start, own.event);
  sigprocmask(SIG_SETMASK, &start.signal_mask, nullptr);
  begin_audit(start, own.audit, own.event);
  watch.lap(start.page->costs, Cost::kPrepareGuest);
  return GuestSide({own.event, own.out, joined ? -1 : own.err, own.page, own.link}, start.page);
}

GuestSide enter_as_fork(const GuestStart& start, const WayOfFork& way) {
  const bool joined = start.err_fd == start.out_fd;
  const HighDescriptors own = move_high(start, joined);

  Stopwatch watch;
  for (const int fd : way.cgroups) {
    if (write(fd, "0", 1) != 1) give_up(own.event, "move the guest into the cgroup of its cell");
  }
  watch.lap(start.page->costs, Cost::kJoinCgroups);
  for (const int fd : way.namespaces) {
    if (setns(fd, 0) != 0) give_up(own.event, "join the namespaces of the cell");
  }
  watch.lap(start.page->costs, Cost::kJoinNamespaces);
  limit_capabilities(start.plan.guest.capabilities, 0, own.event);
  enter_session(start.plan.guest.streams, own.event);
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  for (const ReopenedFile& file : way.files) {
    if (!reopen(file)) give_up(own.event, Path{"open '", file.path, "' again in the cell"}.c_str());
  }
  enter_directory(way.working_directory, own.event);
  set_standard_streams(start, own.event);
  for (const int fd : way.closed) close(fd);
  limit_resources(start, own.event);
  sigprocmask(SIG_SETMASK, &start.signal_mask, nullptr);
  watch.lap(start.page->costs, Cost::kPrepareGuest);
  return GuestSide({own.event, own.out, joined ? -1 : own.err}, start.page);
}

}  // namespace cloister
