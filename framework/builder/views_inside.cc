// Copy-on-write views of the host's directories, by overlayfs: docs/decisions/0101.
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "framework/builder/calls_inside.h"
#include "framework/builder/facilities_inside.h"
#include "framework/builder/mount_point.h"
#include "framework/builder/overlay.h"
#include "framework/syscalls/path.h"

namespace cloister::inside {
namespace {

// The rights of the mount that a view covers, which are the same bits for statfs(2) and mount(2).
constexpr unsigned long kKept = ST_NOSUID | ST_NODEV | ST_NOEXEC;
static_assert(kKept == (MS_NOSUID | MS_NODEV | MS_NOEXEC));

bool is_read_only(const struct statfs& status) {
  return (static_cast<unsigned long>(status.f_flags) & ST_RDONLY) != 0;
}

// A directory with a name that nobody else has: the warden removes it.
bool start_in(std::string_view store, InsideReply& failure) {
  unsigned long long number = 0;
  sys::call(SYS_getrandom, &number, sizeof number, 0);
  char digits[20];
  snprintf(digits, sizeof digits, "%016llx", number);
  const Path path{store, digits};
  if (sys::mkdir(path.c_str(), 0700) == 0)
    here().views = sys::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  return here().views >= 0 || fail(failure, "make '%s'", path.c_str());
}

// One file system for what is written in all views, where nobody comes: below the first view, or in
// a new root below what will be its /proc.
bool start(const Path& target, std::string_view at, InsideReply& failure) {
  Inside& own = here();
  const char* place = at.empty() ? target.c_str() : "./proc";
  const bool there = at.empty() || MountPoint(place, true).there();
  if (there && sys::mount("tmpfs", place, "tmpfs", 0, "mode=755") == 0)
    own.views = sys::open(place, O_PATH | O_DIRECTORY | O_CLOEXEC);
  return own.views >= 0 ||
         fail(failure, "mount a tmpfs for what is written in '%s'", target.c_str());
}

// A directory like `like`, which is shown in its place.
bool make_upper(const char* name, int like) {
  struct stat status{};
  if (sys::mkdirat(here().views, name, 0755) != 0 || sys::fstat(like, &status) != 0) return false;
  dress(here().views, name, status);
  return true;
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

bool copy_link(int from, int to, const char* path) {
  char text[PATH_MAX];
  const ssize_t length = sys::readlinkat(from, path, text, sizeof text - 1);
  if (length < 0) return false;
  text[length] = '\0';
  return sys::call(SYS_symlinkat, text, to, path) == 0;
}

// Holes stay holes.
bool copy_data(int from, int to, long size) {
  for (long at = 0; at < size;) {
    long data = sys::syscall(SYS_lseek, from, at, SEEK_DATA);
    if (data < 0 && errno == ENXIO) break;  // only a hole is left
    if (data < 0) data = at;                // no file system that knows of holes
    long hole = sys::syscall(SYS_lseek, from, data, SEEK_HOLE);
    if (hole < 0) hole = size;
    if (sys::syscall(SYS_lseek, to, data, SEEK_SET) < 0) return false;
    for (at = data; at < hole;) {
      const long sent = sys::syscall(SYS_sendfile, to, from, &at, hole - at);
      if (sent < 0) return false;
      if (sent == 0) break;
    }
    at = hole;
  }
  return sys::call(SYS_ftruncate, to, size) == 0;
}

// Those of the user and access lists, as far as the file system has such.
void copy_attributes(int from, int to) {
  char names[1024];
  char value[4096];
  const long size = sys::syscall(SYS_flistxattr, from, names, sizeof names);
  for (long at = 0; at < size;) {
    const char* name = names + at;
    const std::string_view text(name);
    at += static_cast<long>(text.size()) + 1;
    if (!text.starts_with("user.") && !text.starts_with("system.posix_acl_")) continue;
    const long length = sys::syscall(SYS_fgetxattr, from, name, value, sizeof value);
    if (length >= 0) sys::syscall(SYS_fsetxattr, to, name, value, length, 0);
  }
}

bool copy_content(int directory, const char* path, long size, int to) {
  const int from = sys::openat(directory, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  const bool copied = from >= 0 && copy_data(from, to, size);
  const int error = errno;
  if (copied) copy_attributes(from, to);
  if (from >= 0) sys::close(from);
  errno = error;
  return copied;
}

// An entry of `to` like that of `from`: a directory, a link, or a file, empty or with all that is
// in it. What is not there is passed over.
bool make_again(int from, int to, std::string_view name, bool whole, InsideReply& failure) {
  const Path path{name};
  struct stat status{};
  if (sys::fstatat(from, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return true;
  bool made = false;
  if (S_ISDIR(status.st_mode)) {
    made = sys::mkdirat(to, path.c_str(), 0700) == 0;
  } else if (S_ISLNK(status.st_mode)) {
    made = copy_link(from, to, path.c_str());
  } else {
    const int file = sys::openat(to, path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    made = file >= 0 && (!whole || !S_ISREG(status.st_mode) ||
                         copy_content(from, path.c_str(), status.st_size, file));
    const int error = errno;
    if (file >= 0) sys::close(file);
    errno = error;
  }
  if (!made) return fail(failure, "show '%s' to the guest", path.c_str());
  // A copy is the guest's own, but what it may not write to it may not write to here either.
  if (S_ISREG(status.st_mode) && sys::call(SYS_faccessat, from, path.c_str(), W_OK) != 0)
    status.st_mode &= ~0222U;
  dress(to, path.c_str(), status);
  return true;
}

// What is read of a view, but for what it shares.
struct ViewFields {
  std::string_view at;
  std::string_view store;
  std::string_view directory;
  bool is_empty;
  ByteReader made;  // and then what is copied
};

// A directory with no more than what is told, which then stands for the host's.
int make_lower(const char* name, int like, const ViewFields& told, InsideReply& failure) {
  if (!make_upper(name, like)) return -1;
  const int lower = sys::openat(here().views, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
  ByteReader fields = told.made;
  bool done = lower >= 0;
  for (const bool whole : {false, true}) {
    for (std::uint32_t left = fields.count(); left > 0; --left) {
      const std::string_view entry = fields.text();
      done = done && make_again(like, lower, entry, whole, failure);
    }
  }
  if (done || lower < 0) return lower;
  sys::close(lower);
  return -1;
}

bool mount_view(std::uint32_t view, int lower, const ViewFields& told, InsideReply& failure) {
  struct statfs status{};
  if (sys::call(SYS_fstatfs, lower, &status) != 0) return true;
  if (!told.is_empty && is_read_only(status)) return true;
  if (here().views < 0 && !(told.store.empty() ? start(Path{told.directory}, told.at, failure)
                                               : start_in(told.store, failure)))
    return false;
  const Digits number(view);
  const Path name{number};
  const Path there{told.at, told.directory};
  const MountPoint point(there.text(), true);
  bool done = make_upper(name.c_str(), lower) && point.there();
  const int below = done && told.is_empty
                        ? make_lower(Path{number, ".lower"}.c_str(), lower, told, failure)
                        : lower;
  const Path work{number, ".work"};
  done = done && below >= 0 && sys::mkdirat(here().views, work.c_str(), 0700) == 0 &&
         mount_overlay(below, here().views, name.c_str(), work.c_str(),
                       static_cast<unsigned long>(status.f_flags) & kKept, point.c_str());
  const int error = errno;
  if (below >= 0 && below != lower) sys::close(below);
  errno = error;
  if (done && !told.at.empty()) point.may_be_filled();
  return done || failure.error != 0 ||
         fail(failure, "mount a copy-on-write view (overlayfs) of '%s'%s%s",
              Path{told.directory}.c_str(),
              told.store.empty() ? "" : ", with what is written in (files_store) ",
              Path{told.store}.c_str());
}

void skip_names(ByteReader& fields) {
  for (std::uint32_t left = fields.count(); left > 0; --left) fields.text();
}

}  // namespace

bool mount_views(ByteReader& fields, InsideReply& failure) {
  const std::string_view at = fields.text();
  const std::string_view store = fields.text();
  const bool in_template = fields.number<std::uint8_t>() != 0;
  const std::uint32_t count = fields.count();
  bool done = true;
  for (std::uint32_t view = 0; view < count; ++view) {
    const std::string_view directory = fields.text();
    const bool is_empty = fields.number<std::uint8_t>() != 0;
    const ViewFields told{at, store, directory, is_empty, fields};
    skip_names(fields);  // that are made
    skip_names(fields);  // and copied
    const Path target{directory};
    const int lower = done ? sys::open(target.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    done = done && (lower < 0 || mount_view(view, lower, told, failure));
    if (done && in_template && lower >= 0) show_sockets(lower, directory);
    for (std::uint32_t shared = fields.count(); shared > 0; --shared) {
      const std::string_view name = fields.text();
      done = done && (lower < 0 || share(lower, Path{at, directory}, name, failure));
    }
    if (lower >= 0) sys::close(lower);
  }
  return done;
}

bool make_directory(std::string_view target, InsideReply& failure) {
  return MountPoint(target, true).there() ||
         fail(failure, "make '%s'", Path{shown(target)}.c_str());
}

bool bind_read_only(std::string_view target, InsideReply& failure) {
  const Path path{target};
  if (sys::mount(path.c_str(), path.c_str(), nullptr, MS_BIND | MS_REC, nullptr) == 0)
    return make_read_only(target, true, failure);
  return errno == ENOENT || fail(failure, "make '%s' read-only", path.c_str());
}

}  // namespace cloister::inside
