#include "framework/builder/calls_inside.h"
#include "framework/builder/overlay.h"

namespace cloister::inside {

// By descriptors: a path may hold what separates mount options.
bool mount_overlay(int lower, int at, const char* upper, const char* work, unsigned long flags,
                   const char* target) {
  char options[192];
  // In a user namespace trusted.* attributes cannot be set: "Overlay Filesystem", userxattr. With
  // xino a file keeps its number when it is written to.
  constexpr const char* kAttributes[] = {",userxattr,xino=on", ",userxattr", ""};
  for (const char* attributes : kAttributes) {
    snprintf(options, sizeof options,
             "lowerdir=/proc/self/fd/%d,upperdir=/proc/self/fd/%d/%s,workdir=/proc/self/fd/%d/%s%s",
             lower, at, upper, at, work, attributes);
    if (sys::mount("overlay", target, "overlay", flags, options) == 0) return true;
    if (errno != EINVAL) return false;
  }
  return false;
}

void dress(int directory, const char* name, const struct stat& like) {
  sys::call(SYS_fchownat, directory, name, like.st_uid, like.st_gid, AT_SYMLINK_NOFOLLOW);
  if (!S_ISLNK(like.st_mode)) sys::call(SYS_fchmodat, directory, name, like.st_mode & 07777);
  const timespec times[2] = {like.st_atim, like.st_mtim};
  sys::call(SYS_utimensat, directory, name, times, AT_SYMLINK_NOFOLLOW);
}

}  // namespace cloister::inside
