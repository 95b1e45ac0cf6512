#include <linux/openat2.h>

#include "framework/builder/calls_inside.h"
#include "framework/builder/mount_point.h"
#include "framework/syscalls/path.h"

namespace cloister::inside {
namespace {

// Whether it is in a file system that belongs to this cell alone.
bool is_own(int directory) {
  struct stat status{};
  if (sys::fstat(directory, &status) != 0) return false;
  const Inside& cell = here();
  for (int i = 0; i < cell.own_count; ++i) {
    if (cell.own[i] == status.st_dev) return true;
  }
  return false;
}

// An absolute link in the new root leads to the new root, not to the host's: openat2(2).
int open_below_root(int root, const char* path) {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  return sys::call(SYS_openat2, root, path, &how, sizeof how);
}

// Makes the last component of `path`, whose parent is there.
bool make_entry(int root, const char* path, bool directory) {
  const std::string_view whole(path);
  const std::size_t slash = whole.rfind('/');
  const bool nested = slash != std::string_view::npos;
  const int parent =
      open_below_root(root, nested ? Path{std::string_view{whole.data(), slash}}.c_str() : ".");
  const char* name = nested ? path + slash + 1 : path;
  bool made = false;
  if (parent >= 0 && !is_own(parent)) {
    errno = ENOENT;
  } else if (parent >= 0 && directory) {
    made = sys::mkdirat(parent, name, 0755) == 0;
  } else if (parent >= 0) {
    const int file = sys::openat(parent, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
    made = file >= 0;
    if (made) sys::close(file);
  }
  const int error = errno;
  if (parent >= 0) sys::close(parent);
  errno = error;
  return made;
}

int open_or_make(int root, std::string_view path, bool directory) {
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = path.find('/', end + 1);
    const Path part{std::string_view{path.data(), end < path.size() ? end : path.size()}};
    const int fd = open_below_root(root, part.c_str());
    const bool last = end == std::string_view::npos;
    if (fd >= 0 && last) return fd;
    if (fd >= 0) {
      sys::close(fd);
    } else if (errno != ENOENT || !make_entry(root, part.c_str(), directory || !last)) {
      return -1;
    }
  }
  return open_below_root(root, Path{path}.c_str());
}

// "./usr" as a name below the new root.
std::string_view below_root(std::string_view target) {
  while (target.ends_with('/')) target.remove_suffix(1);
  return target.size() > 2 ? std::string_view{target.data() + 2, target.size() - 2} : ".";
}

int open_point(std::string_view target, bool directory) {
  if (!target.starts_with("./")) return sys::open(Path{target}.c_str(), O_PATH | O_CLOEXEC);
  const int root = sys::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  const int fd = open_or_make(root, below_root(target), directory);
  const int error = errno;
  sys::close(root);
  errno = error;
  return fd;
}

// mount(2) takes no descriptor, but the link to one.
Path path_of(std::string_view target, int fd) {
  return target.starts_with("./") ? link_of(fd) : Path{target};
}

}  // namespace

MountPoint::MountPoint(std::string_view target, bool directory)
    : target_(target), fd_(open_point(target, directory)), path_(path_of(target, fd_)) {}

MountPoint::~MountPoint() {
  const int error = errno;
  if (fd_ >= 0) sys::close(fd_);
  errno = error;
}

void MountPoint::may_be_filled() const {
  struct stat status{};
  const int fd = open_point(target_, true);  // anew: what is mounted there, not what it covers
  Inside& cell = here();
  if (cell.own_count < kMostOwn && fd >= 0 && sys::fstat(fd, &status) == 0)
    cell.own[cell.own_count++] = status.st_dev;
  if (fd >= 0) sys::close(fd);
}

}  // namespace cloister::inside
