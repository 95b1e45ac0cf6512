// The calls that an init makes, with their usual names and contracts but without the C library. A
// running init shares the builder's memory, and with it the C library's errno. Here errno is the
// init's own, at the head of its stack. selftests/builder_alone.sh finds calls of the library's.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "framework/builder/fail_with.h"
#include "framework/builder/inside.h"
#include "framework/syscalls/system_call.h"

#undef errno
#define errno (::cloister::inside::here().error)

namespace cloister::inside::sys {

template <typename... Arguments>
long syscall(long number, Arguments... arguments) {
  const long result = system_call(number, arguments...);
  if (result >= 0) return result;
  errno = static_cast<int>(-result);
  return -1;
}
template <typename... Arguments>
int call(long number, Arguments... arguments) {
  return static_cast<int>(syscall(number, arguments...));
}

inline int openat(int directory, const char* path, int flags, mode_t mode = 0) {
  return call(SYS_openat, directory, path, flags, mode);
}
inline int open(const char* path, int flags, mode_t mode = 0) {
  return openat(AT_FDCWD, path, flags, mode);
}
inline int close(int fd) { return call(SYS_close, fd); }
inline int dup2(int fd, int as) { return call(SYS_dup3, fd, as, 0); }
inline ssize_t read(int fd, void* into, std::size_t size) {
  return syscall(SYS_read, fd, into, size);
}
inline ssize_t write(int fd, const void* from, std::size_t size) {
  return syscall(SYS_write, fd, from, size);
}
inline ssize_t readlink(const char* path, char* into, std::size_t size) {
  return syscall(SYS_readlinkat, AT_FDCWD, path, into, size);
}
inline int fstat(int fd, struct stat* status) { return call(SYS_fstat, fd, status); }
inline int fchmod(int fd, mode_t mode) { return call(SYS_fchmod, fd, mode); }
inline int fstatat(int directory, const char* path, struct stat* status, int flags) {
  return call(SYS_newfstatat, directory, path, status, flags);
}
inline ssize_t readlinkat(int directory, const char* path, char* into, std::size_t size) {
  return syscall(SYS_readlinkat, directory, path, into, size);
}
inline int symlink(const char* target, const char* path) {
  return call(SYS_symlinkat, target, AT_FDCWD, path);
}
inline int statfs(const char* path, struct statfs* status) {
  return call(SYS_statfs, path, status);
}
inline int mkdirat(int directory, const char* path, mode_t mode) {
  return call(SYS_mkdirat, directory, path, mode);
}
inline int mkdir(const char* path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
inline int chdir(const char* path) { return call(SYS_chdir, path); }
inline int chroot(const char* path) { return call(SYS_chroot, path); }
inline int mount(const char* source, const char* target, const char* kind, unsigned long flags,
                 const void* data) {
  return call(SYS_mount, source, target, kind, flags, data);
}
inline int umount2(const char* target, int flags) { return call(SYS_umount2, target, flags); }
inline int unshare(int flags) { return call(SYS_unshare, flags); }
inline int sethostname(const char* name, std::size_t size) {
  return call(SYS_sethostname, name, size);
}
inline int socket(int domain, int type, int protocol) {
  return call(SYS_socket, domain, type, protocol);
}
inline int ioctl(int fd, unsigned long request, void* argument) {
  return call(SYS_ioctl, fd, request, argument);
}
inline ssize_t send(int fd, const void* from, std::size_t size, int flags) {
  return syscall(SYS_sendto, fd, from, size, flags, nullptr, 0);
}
inline ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  return syscall(SYS_sendmsg, fd, message, flags);
}
inline ssize_t recv(int fd, void* into, std::size_t size, int flags) {
  return syscall(SYS_recvfrom, fd, into, size, flags, nullptr, nullptr);
}
template <typename... Arguments>
int prctl(int option, Arguments... arguments) {
  return call(SYS_prctl, option, arguments...);
}
inline int kill(pid_t pid, int signal_number) { return call(SYS_kill, pid, signal_number); }
inline pid_t getpid() { return call(SYS_getpid); }
inline int shmctl(int id, int command, void* argument) {
  return call(SYS_shmctl, id, command, argument);
}
inline int semctl(int id, int number, int command, void* argument) {
  return call(SYS_semctl, id, number, command, argument);
}
inline int msgctl(int id, int command, void* argument) {
  return call(SYS_msgctl, id, command, argument);
}
[[noreturn]] inline void exit_group(int status) {
  while (true) system_call(SYS_exit_group, status);
}

}  // namespace cloister::inside::sys

namespace cloister::inside {

// Like fail() in doing.h, from the errno of this init.
[[gnu::format(printf, 2, 3)]] inline bool fail(InsideReply& reply, const char* format, ...) {
  va_list words;
  va_start(words, format);
  fail_with(reply, errno, format, words);
  va_end(words);
  return false;
}

}  // namespace cloister::inside
