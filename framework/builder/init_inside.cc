// PID 1 of a cell: sets the inside up, seals itself, then waits to be told to end. It never runs a
// test and holds nothing but its end of one socket. Orphans are reaped by the kernel: SIGCHLD is
// ignored.
#include "framework/builder/init_inside.h"

#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "framework/builder/close_others.h"
#include "framework/builder/doing.h"
#include "framework/builder/facilities_inside.h"

namespace cloister {
namespace {

constexpr int kSocket = 3;

// From here on the guest can neither trace this process nor look into /proc/1 (ptrace(2), proc(5)),
// and this process can do nothing that the guest could make it do.
bool seal(InsideReply& failure) {
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_capset, &head, none) != 0 ||
      prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return fail(failure, "seal init");
  }
  return true;
}

}  // namespace

void live_as_init(int socket, ByteReader steps) {
  prctl(PR_SET_NAME, "cell-init", 0, 0, 0);
  // The builder's death ends the cell; should it already be dead, the first recv() says so.
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (dup2(socket, kSocket) != kSocket) _exit(1);  // what is there is the builder's, to the run
  close_between(0, kSocket - 1);
  close_between(kSocket + 1, UINT_MAX);
  signal(SIGCHLD, SIG_IGN);

  char word = 0;
  if (recv(kSocket, &word, 1, 0) != 1) _exit(0);  // the id maps are written only now
  InsideReply reply;
  const auto look_for = steps.number<std::uint8_t>();
  const bool stands = perform_steps(steps, reply) && seal(reply);
  if (stands) weigh_tmpfs_at_start();
  // An init that cannot say so does not stand: its end says that much.
  if (send(kSocket, &reply, sizeof reply, MSG_NOSIGNAL) < 0 || !stands) _exit(1);

  if (recv(kSocket, &word, 1, 0) == 1) {
    static RollCall roll;  // not on the stack, and never zeroed by hand
    weigh_tmpfs(roll.tmpfs);
    list_leftovers(look_for, roll);
    send(kSocket, &roll, sizeof roll - roll.unused(), MSG_NOSIGNAL);
  }
  _exit(0);  // and the kernel kills whatever is left: pid_namespaces(7)
}

}  // namespace cloister
