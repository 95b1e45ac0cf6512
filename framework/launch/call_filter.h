// System call filters that ask a listener, seccomp_unotify(2): the instructions, and the call that
// installs them. No heap, no locks, because one of them is installed in a guest.
#pragma once

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace cloister {

// From here on, numbers are those of x32 programs on x86-64, and unused elsewhere: syscall(2).
inline constexpr std::uint32_t kX32 = 0x40000000;

constexpr sock_filter load(std::uint32_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset);
}
constexpr sock_filter jump(std::uint16_t comparison, std::uint32_t value, std::uint8_t if_true,
                           std::uint8_t if_false) {
  return BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | comparison | BPF_K), value, if_true,
                  if_false);
}
constexpr sock_filter answer(std::uint32_t action) { return BPF_STMT(BPF_RET | BPF_K, action); }

// Returns the listener, or -1 with errno set. Requires no_new_privs.
inline int install_filter(const sock_filter* code, std::size_t size) {
  // Once the listener has received the call, only SIGKILL interrupts it: Linux 5.19.
  constexpr unsigned kWaitKillable = 1U << 5;  // SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
  const sock_fprog program{static_cast<unsigned short>(size), const_cast<sock_filter*>(code)};
  const auto install = [&program](unsigned flags) {
    return static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                                      SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, &program));
  };
  const int listener = install(kWaitKillable);
  return listener < 0 && errno == EINVAL ? install(0) : listener;
}

}  // namespace cloister
