#include "framework/launch/network_witness.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <iterator>

#include "framework/launch/call_filter.h"
#include "framework/syscalls/system_call.h"

namespace cloister {
namespace {

// A socket is the only way to a network for who has no capability over it; a socket pair can be
// bound; a ring of calls can open sockets unseen. All that another architecture's programs call is
// taken for a way.
constexpr sock_filter kFilter[] = {
    load(offsetof(seccomp_data, arch)),
    jump(BPF_JEQ, kNativeArchitecture, 0, 7),
    load(offsetof(seccomp_data, nr)),
    jump(BPF_JGE, kX32, 5, 0),
    jump(BPF_JEQ, SYS_socket, 4, 0),
    jump(BPF_JEQ, SYS_socketpair, 3, 0),
    jump(BPF_JEQ, SYS_io_uring_setup, 2, 0),
    jump(BPF_JEQ, SYS_bpf, 1, 0),
    answer(SECCOMP_RET_ALLOW),
    answer(SECCOMP_RET_USER_NOTIF),
};

}  // namespace

bool can_ask_about_calls() {
  const std::uint32_t action = SECCOMP_RET_USER_NOTIF;
  seccomp_notif_sizes sizes{};
  return kNativeArchitecture != 0 &&
         ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0 &&
         ::syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) == 0 &&
         sizes.seccomp_notif <= sizeof(seccomp_notif) &&
         sizes.seccomp_notif_resp <= sizeof(seccomp_notif_resp);
}

Result<Fd> watch_ways_to_networks() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("set no_new_privs");
  const int listener = install_filter(kFilter, std::size(kFilter));
  if (listener < 0) {
    return failed("watch whether tests use their networks",
                  errno == EBUSY
                      ? "a filter around this run has a listener already, as inside of a "
                        "cell: leave reuse_network out here"
                      : "leave reuse_network out");
  }
  return Fd(listener);
}

}  // namespace cloister
