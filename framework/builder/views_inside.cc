// Copy-on-write views of the host's directories, by overlayfs: docs/decisions/0101.
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "framework/builder/calls_inside.h"
#include "framework/builder/facilities_inside.h"
#include "framework/builder/path.h"

namespace cloister::inside {
namespace {

// The rights of the mount that a view covers, which are the same bits for statfs(2) and mount(2).
constexpr unsigned long kKept = ST_NOSUID | ST_NODEV | ST_NOEXEC;
static_assert(kKept == (MS_NOSUID | MS_NODEV | MS_NOEXEC));

bool is_read_only(const struct statfs& status) {
  return (static_cast<unsigned long>(status.f_flags) & ST_RDONLY) != 0;
}

// One file system for what is written in all views. It lies below the first view, where nobody
// comes.
bool start(const Path& target, InsideReply& failure) {
  Inside& own = here();
  if (sys::mount("tmpfs", target.c_str(), "tmpfs", 0, "mode=755") == 0)
    own.views = sys::open(target.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  return own.views >= 0 ||
         fail(failure, "mount a tmpfs for what is written in '%s'", target.c_str());
}

// A directory like `like`, which is shown in its place.
bool make_upper(const char* name, int like) {
  const int views = here().views;
  struct stat status{};
  if (sys::mkdirat(views, name, 0755) != 0 || sys::fstat(like, &status) != 0) return false;
  // Who is nobody inside stays so.
  sys::call(SYS_fchownat, views, name, status.st_uid, status.st_gid, 0);
  sys::call(SYS_fchmodat, views, name, status.st_mode & 07777);
  const timespec times[2] = {status.st_atim, status.st_mtim};
  sys::call(SYS_utimensat, views, name, times, 0);
  return true;
}

// By descriptors: a path may hold what separates mount options.
bool mount_overlay(int lower, std::uint32_t view, unsigned long flags, const char* target) {
  const int views = here().views;
  char options[192];
  // In a user namespace trusted.* attributes cannot be set: "Overlay Filesystem", userxattr. With
  // xino a file keeps its number when it is written to.
  constexpr const char* kAttributes[] = {",userxattr,xino=on", ",userxattr", ""};
  for (const char* attributes : kAttributes) {
    snprintf(
        options, sizeof options,
        "lowerdir=/proc/self/fd/%d,upperdir=/proc/self/fd/%d/%u,workdir=/proc/self/fd/%d/%u.work%s",
        lower, views, view, views, view, attributes);
    if (sys::mount("overlay", target, "overlay", flags, options) == 0) return true;
    if (errno != EINVAL) return false;
  }
  return false;
}

// Binds what lies at `name` in the covered directory to the same place of the view.
bool share(int lower, const Path& target, std::string_view name, InsideReply& failure) {
  const int source = sys::openat(lower, Path{name}.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (source < 0) return true;  // it is gone by now
  const Path to{target.text(), "/", name};
  const bool shared =
      sys::mount(link_of(source).c_str(), to.c_str(), nullptr, MS_BIND | MS_REC, nullptr) == 0;
  const int error = errno;
  sys::close(source);
  errno = error;
  return shared || fail(failure, "share '%s' with the host", to.c_str());
}

bool mount_view(std::uint32_t view, int lower, const Path& target, InsideReply& failure) {
  struct statfs status{};
  if (sys::call(SYS_fstatfs, lower, &status) != 0 || is_read_only(status)) return true;
  if (here().views < 0 && !start(target, failure)) return false;
  const Digits name(view);
  if (make_upper(Path{name}.c_str(), lower) &&
      sys::mkdirat(here().views, Path{name, ".work"}.c_str(), 0700) == 0 &&
      mount_overlay(lower, view, static_cast<unsigned long>(status.f_flags) & kKept,
                    target.c_str()))
    return true;
  return fail(failure, "mount a copy-on-write view of '%s'", target.c_str());
}

}  // namespace

bool mount_views(ByteReader& fields, InsideReply& failure) {
  const std::uint32_t count = fields.count();
  bool done = true;
  for (std::uint32_t view = 0; view < count; ++view) {
    const Path target{fields.text()};
    const int lower = done ? sys::open(target.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    done = done && (lower < 0 || mount_view(view, lower, target, failure));
    for (std::uint32_t shared = fields.count(); shared > 0; --shared) {
      const std::string_view name = fields.text();
      done = done && (lower < 0 || share(lower, target, name, failure));
    }
    if (lower >= 0) sys::close(lower);
  }
  return done;
}

bool bind_read_only(std::string_view target, InsideReply& failure) {
  const Path path{target};
  if (sys::mount(path.c_str(), path.c_str(), nullptr, MS_BIND | MS_REC, nullptr) == 0)
    return make_read_only(target, failure);
  return errno == ENOENT || fail(failure, "make '%s' read-only", path.c_str());
}

}  // namespace cloister::inside
