#include "framework/files/upper_entry.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace cloister {
namespace {

bool same_content(Entry a, Entry b) {
  const Fd one(::openat(a.directory, a.name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  const Fd other(::openat(b.directory, b.name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (attributes_of(one.get()) != attributes_of(other.get())) return false;
  std::array<char, std::size_t{16} * 1024> of_one;
  std::array<char, std::size_t{16} * 1024> of_other;
  while (one.open() && other.open()) {
    const ssize_t got = ::read(one.get(), of_one.data(), of_one.size());
    if (got < 0 || ::read(other.get(), of_other.data(), of_other.size()) != got) return false;
    if (got == 0) return true;
    if (std::memcmp(of_one.data(), of_other.data(), static_cast<std::size_t>(got)) != 0)
      return false;
  }
  return false;
}

}  // namespace

bool is_whiteout(const struct stat& status) {
  return S_ISCHR(status.st_mode) && status.st_rdev == makedev(0, 0);
}

bool is_opaque(const Fd& directory) {
  char value = 0;
  return ::fgetxattr(directory.get(), "user.overlay.opaque", &value, 1) == 1 && value == 'y';
}

bool is_same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}
bool is_same_status(const struct stat& a, const struct stat& b) {
  return a.st_mode == b.st_mode && a.st_uid == b.st_uid && a.st_gid == b.st_gid;
}

bool is_same_file(Entry upper, const struct stat& now, Entry host, const struct stat& old) {
  return S_ISREG(now.st_mode) && S_ISREG(old.st_mode) && now.st_size == old.st_size &&
         is_same_time(now.st_mtim, old.st_mtim) && same_content(upper, host);
}

Fd open_directory(Entry entry) {
  return Fd(::openat(entry.directory, entry.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

}  // namespace cloister
