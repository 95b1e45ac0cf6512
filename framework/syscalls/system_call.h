// A system call without the C library. The library would store the error in thread-local storage,
// which an init shares with the builder.
#pragma once

#include <errno.h>
#include <linux/audit.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace cloister {

// Negative results are error numbers. `kWithoutLibrary` is false on processors that this code does
// not know; there the C library makes the call. kNativeArchitecture is seccomp(2)'s name for the
// processor; 0 there.
#if defined(__x86_64__)
inline constexpr bool kWithoutLibrary = true;
inline constexpr std::uint32_t kNativeArchitecture = AUDIT_ARCH_X86_64;
inline long raw_system_call(long number, long a, long b, long c, long d, long e, long f) {
  long result = number;
  register long fourth asm("r10") = d;
  register long fifth asm("r8") = e;
  register long sixth asm("r9") = f;
  asm volatile("syscall"
               : "+a"(result)
               : "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
               : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
inline constexpr bool kWithoutLibrary = true;
inline constexpr std::uint32_t kNativeArchitecture = AUDIT_ARCH_AARCH64;
inline long raw_system_call(long number, long a, long b, long c, long d, long e, long f) {
  register long eighth asm("x8") = number;
  register long result asm("x0") = a;
  register long second asm("x1") = b;
  register long third asm("x2") = c;
  register long fourth asm("x3") = d;
  register long fifth asm("x4") = e;
  register long sixth asm("x5") = f;
  asm volatile("svc 0"
               : "+r"(result)
               : "r"(eighth), "r"(second), "r"(third), "r"(fourth), "r"(fifth), "r"(sixth)
               : "memory");
  return result;
}
#else
inline constexpr bool kWithoutLibrary = false;
inline constexpr std::uint32_t kNativeArchitecture = 0;
inline long raw_system_call(long number, long a, long b, long c, long d, long e, long f) {
  const long result = ::syscall(number, a, b, c, d, e, f);
  return result < 0 ? -errno : result;
}
#endif

// Numbers and pointers, up to six.
template <typename... Arguments>
long system_call(long number, Arguments... arguments) {
  const long words[6] = {(long)(arguments)...};
  return raw_system_call(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

}  // namespace cloister
