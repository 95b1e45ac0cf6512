#include "framework/launch/audited_calls.h"

#include <sys/syscall.h>

namespace cloister {
namespace {

constexpr std::uint8_t kGone = kWritten | kRenamed;

constexpr PathAt path(int at, std::uint8_t use) { return {-1, at, use}; }
constexpr PathAt below(int directory, std::uint8_t use) { return {directory, directory + 1, use}; }

// Those without a directory's descriptor are not there on newer processors.
constexpr AuditedCall kCalls[] = {
#ifdef SYS_open
    {SYS_open, Names::kOpened, path(0, kRead), {}, 1},
    {SYS_creat, Names::kPath, path(0, kWritten)},
    {SYS_stat, Names::kPath, path(0, kLookedAt)},
    {SYS_lstat, Names::kPath, path(0, kLookedAt)},
    {SYS_access, Names::kPath, path(0, kLookedAt)},
    {SYS_readlink, Names::kPath, path(0, kLookedAt)},
    {SYS_unlink, Names::kPath, path(0, kGone)},
    {SYS_rmdir, Names::kPath, path(0, kGone)},
    {SYS_mkdir, Names::kPath, path(0, kWritten)},
    {SYS_mknod, Names::kPath, path(0, kWritten)},
    {SYS_rename, Names::kPath, path(0, kGone), path(1, kWritten)},
    {SYS_link, Names::kPath, path(0, kRead | kRenamed), path(1, kWritten)},
    {SYS_symlink, Names::kLink, path(1, kWritten), {}, 0},
    {SYS_chmod, Names::kPath, path(0, kWritten)},
    {SYS_chown, Names::kPath, path(0, kWritten)},
    {SYS_lchown, Names::kPath, path(0, kWritten)},
    {SYS_utime, Names::kPath, path(0, kWritten)},
    {SYS_utimes, Names::kPath, path(0, kWritten)},
    {SYS_futimesat, Names::kPath, below(0, kWritten)},
#endif
#ifdef SYS_renameat
    {SYS_renameat, Names::kPath, below(0, kGone), below(2, kWritten)},
#endif
    {SYS_openat, Names::kOpened, below(0, kRead), {}, 2},
    {SYS_openat2, Names::kHow, below(0, kRead), {}, 2},
    {SYS_newfstatat, Names::kPath, below(0, kLookedAt)},
    {SYS_statx, Names::kPath, below(0, kLookedAt)},
    {SYS_statfs, Names::kPath, path(0, kLookedAt)},
    {SYS_faccessat, Names::kPath, below(0, kLookedAt)},
    {SYS_faccessat2, Names::kPath, below(0, kLookedAt)},
    {SYS_readlinkat, Names::kPath, below(0, kLookedAt)},
    {SYS_chdir, Names::kPath, path(0, kLookedAt)},
    {SYS_execve, Names::kPath, path(0, kExecuted)},
    {SYS_execveat, Names::kPath, below(0, kExecuted)},
    {SYS_truncate, Names::kPath, path(0, kWritten)},
    {SYS_unlinkat, Names::kPath, below(0, kGone)},
    {SYS_mkdirat, Names::kPath, below(0, kWritten)},
    {SYS_mknodat, Names::kPath, below(0, kWritten)},
    {SYS_renameat2, Names::kSwap, below(0, kGone), below(2, kWritten), 4},
    {SYS_linkat, Names::kPath, below(0, kRead | kRenamed), below(2, kWritten)},
    {SYS_symlinkat, Names::kLink, below(1, kWritten), {}, 0},
    {SYS_fchmodat, Names::kPath, below(0, kWritten)},
    {SYS_fchownat, Names::kPath, below(0, kWritten)},
    {SYS_utimensat, Names::kPath, below(0, kWritten)},
    {SYS_setxattr, Names::kPath, path(0, kWritten)},
    {SYS_lsetxattr, Names::kPath, path(0, kWritten)},
    {SYS_removexattr, Names::kPath, path(0, kWritten)},
    {SYS_lremovexattr, Names::kPath, path(0, kWritten)},
    {SYS_getxattr, Names::kPath, path(0, kLookedAt)},
    {SYS_lgetxattr, Names::kPath, path(0, kLookedAt)},
    {SYS_listxattr, Names::kPath, path(0, kLookedAt)},
    {SYS_llistxattr, Names::kPath, path(0, kLookedAt)},
    {SYS_inotify_add_watch, Names::kPath, path(1, kLookedAt)},
    {SYS_name_to_handle_at, Names::kPath, below(0, kLookedAt)},
    {SYS_fchmod, Names::kDescriptor, path(0, kWritten)},
    {SYS_fchown, Names::kDescriptor, path(0, kWritten)},
    {SYS_fsetxattr, Names::kDescriptor, path(0, kWritten)},
    {SYS_fremovexattr, Names::kDescriptor, path(0, kWritten)},
    {SYS_bind, Names::kAddress, {}, {}, 1},
    {SYS_connect, Names::kAddress, {}, {}, 1},
    {SYS_sendto, Names::kAddress, {}, {}, 4},
    {SYS_sendmsg, Names::kMessage, {}, {}, 1},
    {SYS_sendmmsg, Names::kMessages, {}, {}, 1},
    {SYS_io_uring_setup, Names::kRing},
};

}  // namespace

std::span<const AuditedCall> audited_calls() { return kCalls; }

bool is_seen(const AuditedCall& call, AuditDepth seen) {
  switch (call.names) {
    case Names::kPath:
    case Names::kSwap:
    case Names::kLink:
    case Names::kDescriptor:
      return seen != AuditDepth::kWrites ||
             ((call.first.use | call.second.use) & std::uint8_t{kWritten}) != 0;
    case Names::kOpened:
    case Names::kHow:
    case Names::kRing:
      return true;
    case Names::kAddress:
      // A Unix socket that is bound is a file.
      return seen == AuditDepth::kAll || call.number == SYS_bind;
    case Names::kMessage:
    case Names::kMessages:
      return seen == AuditDepth::kAll;
  }
  return false;
}

}  // namespace cloister
