#include "framework/launch/network_witness.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <iterator>

#include "framework/builder/system_call.h"

namespace cloister {
namespace {

// Numbers from here on are those of x32 programs on x86-64: syscall(2).
constexpr std::uint32_t kX32 = 0x40000000;

constexpr sock_filter load(std::uint32_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset);
}
constexpr sock_filter jump(std::uint16_t comparison, std::uint32_t value, std::uint8_t if_true,
                           std::uint8_t if_false) {
  return BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | comparison | BPF_K), value, if_true,
                  if_false);
}
constexpr sock_filter answer(std::uint32_t action) { return BPF_STMT(BPF_RET | BPF_K, action); }

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

int install(unsigned flags) {
  const sock_fprog program{std::size(kFilter), const_cast<sock_filter*>(kFilter)};
  return static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                                    SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, &program));
}

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
  // Once the question is heard, no signal but SIGKILL ends the call: Linux 5.19.
  constexpr unsigned kWaitKillable = 1U << 5;  // SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
  int listener = install(kWaitKillable);
  if (listener < 0 && errno == EINVAL) listener = install(0);
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
