// PID 1 of a cell: sets the inside up, seals itself, then waits to be told to end. It never runs a
// test and holds nothing but its end of one socket. Orphans are reaped by the kernel: SIGCHLD is
// ignored.
#include "framework/builder/init_inside.h"

#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>

#include "framework/builder/calls_inside.h"
#include "framework/builder/facilities_inside.h"
#include "framework/protocol/message.h"
#include "framework/syscalls/close_others.h"

namespace cloister::inside {
namespace {

constexpr int kSocket = 3;

// From here on this process can do nothing that the guest could make it do. The guest can neither
// trace it nor look into /proc/1: the builder, whose memory this is, is not dumpable (ptrace(2),
// proc(5)).
bool seal(InsideReply& failure) {
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  if (sys::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
      sys::syscall(SYS_capset, &head, none) == 0)
    return true;
  return fail(failure, "seal init");
}

// The next process of this pid namespace gets the number after this one: proc(5). A kernel without
// CONFIG_CHECKPOINT_RESTORE has no such file, and a view without /proc neither.
void number_processes_from(pid_t pid) {
  if (pid <= 0) return;
  const int fd = sys::open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  char text[16];
  sys::write(fd, text, static_cast<std::size_t>(snprintf(text, sizeof text, "%d", pid - 1)));
  sys::close(fd);
}

// The views go along, to be read by others: here they would keep what a guest has written.
bool tell(Inside& own) {
  iovec data{&own.reply, sizeof own.reply};
  Message message(&data, 1);
  message.attach(own.views);
  const bool told = sys::sendmsg(kSocket, message.head(), MSG_NOSIGNAL) >= 0;
  if (own.views >= 0) sys::close(own.views);
  return told;
}

}  // namespace

void live_as_init() {
  Inside& own = here();
  sys::prctl(PR_SET_NAME, "cell-init", 0, 0, 0);
  // The builder's death ends the cell; should it already be dead, the first recv() says so.
  sys::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (sys::dup2(own.socket, kSocket) != kSocket)
    sys::exit_group(1);  // what is there is the builder's, to the run
  close_between(0, kSocket - 1);
  close_between(kSocket + 1, UINT_MAX);
  ::signal(SIGCHLD, SIG_IGN);

  char word = 0;
  if (sys::recv(kSocket, &word, 1, 0) != 1) sys::exit_group(0);  // the id maps are written only now
  ByteReader steps(own.steps);
  const auto look_for = steps.number<std::uint8_t>();
  bool stands = perform_steps(steps, own.reply);
  Stopwatch watch;
  number_processes_from(own.guest_pid);
  stands = stands && seal(own.reply);
  if (stands) weigh_tmpfs_at_start();
  if (stands) note_objects(look_for);
  watch.lap(own.reply.costs, Cost::kSeal);
  // An init that cannot say so does not stand: its end says that much.
  if (!tell(own) || !stands) sys::exit_group(1);

  if (sys::recv(kSocket, &word, 1, 0) == 1) {
    weigh_tmpfs(own.roll.tmpfs);
    list_leftovers(look_for, own.roll);
    sys::send(kSocket, &own.roll, sizeof own.roll - own.roll.unused(), MSG_NOSIGNAL);
  }
  sys::exit_group(0);  // and the kernel kills whatever is left: pid_namespaces(7)
}

}  // namespace cloister::inside
