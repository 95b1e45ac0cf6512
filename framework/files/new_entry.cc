#include "framework/files/new_entry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string_view>
#include <tuple>

#include "framework/kernel/fd.h"

namespace cloister {
namespace {

constexpr std::string_view kOverlay = "user.overlay.";
constexpr std::string_view kAcl = "system.posix_acl_";  // acl(5)

std::string put_name(const char* name) {
  return (kPutPrefix + std::string(name)).substr(0, NAME_MAX);
}

// Makes the entry under another name by `make` and renames it over the old one. What another run,
// or one that was killed, has left under that name goes first.
bool replace(Entry to, const std::function<bool(const char* name)>& make) {
  const std::string name = put_name(to.name);
  constexpr int kTries = 100;  // beside other runs that replace the same entry
  for (int tries = 0; tries < kTries; ++tries) {
    if (!make(name.c_str())) {
      if (errno != EEXIST) return false;
      ::unlinkat(to.directory, name.c_str(), 0);
      continue;
    }
    if (::renameat(to.directory, name.c_str(), to.directory, to.name) == 0) return true;
    const int error = errno;
    ::unlinkat(to.directory, name.c_str(), 0);
    errno = error;
    if (errno != ENOENT) return false;
  }
  return false;
}

// Where nothing is there, in one step.
bool put(Entry to, const std::function<bool(const char* name)>& make) {
  if (make(to.name)) return true;
  return errno == EEXIST && replace(to, make);
}

bool copy_stretch(int from, int to, off_t begin, off_t end) {
  if (begin > 0 && ::lseek(to, begin, SEEK_SET) < 0) return false;
  while (begin < end) {
    const ssize_t sent = ::sendfile(to, from, &begin, static_cast<std::size_t>(end - begin));
    if (sent < 0 && errno != EINTR) return false;
    if (sent == 0) break;  // it is shorter
  }
  return true;
}

// A hole stays a hole.
bool copy_stretches(int from, int to, off_t size) {
  for (off_t at = 0; at < size;) {
    const off_t data = ::lseek(from, at, SEEK_DATA);
    if (data < 0 && errno == ENXIO) break;  // only a hole is left
    if (data < 0) return false;
    const off_t hole = ::lseek(from, data, SEEK_HOLE);
    const off_t end = hole < 0 ? size : std::min(hole, size);
    if (!copy_stretch(from, to, data, end)) return false;
    at = end;
  }
  return ::ftruncate(to, size) == 0;
}

bool copy_bytes(int from, int to, const struct stat& status) {
  constexpr off_t kBlock = 512;  // of st_blocks: stat(3type)
  const bool has_holes = status.st_blocks * kBlock < status.st_size;
  return has_holes ? copy_stretches(from, to, status.st_size)
                   : copy_stretch(from, to, 0, status.st_size);
}

bool fill(int from, const struct stat& status, int to) {
  if (!copy_bytes(from, to, status)) return false;
  take_over_attributes(to, from);
  if (status.st_uid != ::geteuid() || status.st_gid != ::getegid()) take_over_status(to, status);
  // Writing has taken these bits away: write(2).
  if ((status.st_mode & (S_ISUID | S_ISGID)) != 0) ::fchmod(to, status.st_mode & 07777);
  const timespec times[2] = {status.st_atim, status.st_mtim};
  ::futimens(to, times);
  return true;
}

// By its descriptor takes a capability (before Linux 6.10), and by the link to that takes /proc.
bool name_file(const Fd& file, Entry as) {
  if (::linkat(file.get(), "", as.directory, as.name, AT_EMPTY_PATH) == 0) return true;
  if (errno != ENOENT) return false;
  char link[32];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file.get());
  return ::linkat(AT_FDCWD, link, as.directory, as.name, AT_SYMLINK_FOLLOW) == 0;
}

// In a file system without files that have no name, the name is there before the bytes.
bool fill_named(int from, const struct stat& status, Entry to) {
  const Fd file(::openat(to.directory, to.name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC,
                         status.st_mode & 07777));
  if (!file.open()) return false;
  if (fill(from, status, file.get())) return true;
  const int error = errno;
  ::unlinkat(to.directory, to.name, 0);
  errno = error;
  return false;
}

}  // namespace

Attributes attributes_of(int fd) {
  char names[4096];
  const ssize_t size = ::flistxattr(fd, names, sizeof names);
  Attributes found;
  for (const char* name = names; size > 0 && name < names + size;
       name += std::string_view(name).size() + 1) {
    const std::string_view text(name);
    if ((!text.starts_with("user.") && !text.starts_with(kAcl)) || text.starts_with(kOverlay))
      continue;
    char value[4096];
    const ssize_t length = ::fgetxattr(fd, name, value, sizeof value);
    if (length >= 0) found.emplace(text, std::string(value, static_cast<std::size_t>(length)));
  }
  return found;
}

void take_over_attributes(int fd, int from) {
  const Attributes wanted = attributes_of(from);
  const Attributes there = attributes_of(fd);
  for (const auto& [name, value] : wanted) {
    if (const auto same = there.find(name); same == there.end() || same->second != value)
      ::fsetxattr(fd, name.c_str(), value.data(), value.size(), 0);
  }
  for (const auto& [name, value] : there) {
    if (!wanted.contains(name)) ::fremovexattr(fd, name.c_str());
  }
}

void take_over_status(int fd, const struct stat& status) {
  struct stat now{};
  if (::fstat(fd, &now) != 0) return;
  if (now.st_uid != status.st_uid || now.st_gid != status.st_gid)
    std::ignore = ::fchown(fd, status.st_uid, status.st_gid);
  ::fchmod(fd, status.st_mode & 07777);
}

bool copy_file(Entry from, const struct stat& status, Entry to) {
  const Fd source(::openat(from.directory, from.name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!source.open()) return false;
  const Fd file(
      ::openat(to.directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, status.st_mode & 07777));
  if (!file.open()) {
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT) return false;
    return replace(to, [&](const char* name) {
      return fill_named(source.get(), status, {to.directory, name});
    });
  }
  if (!fill(source.get(), status, file.get())) return false;
  return put(to, [&](const char* name) { return name_file(file, {to.directory, name}); });
}

bool move_file(Entry from, Entry to) {
  const Fd file(::openat(from.directory, from.name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  char names[4096];
  const ssize_t size = file.open() ? ::flistxattr(file.get(), names, sizeof names) : -1;
  if (size < 0 || std::string_view(names, static_cast<std::size_t>(size)).contains(kOverlay))
    return false;
  return ::renameat(from.directory, from.name, to.directory, to.name) == 0;
}

bool link_entry(Entry from, Entry to) {
  return put(to, [&](const char* name) {
    return ::linkat(from.directory, from.name, to.directory, name, 0) == 0;
  });
}

bool copy_link(Entry from, const struct stat& status, Entry to) {
  char target[PATH_MAX];
  const ssize_t length = ::readlinkat(from.directory, from.name, target, sizeof target - 1);
  if (length < 0) return false;
  target[length] = '\0';
  const timespec times[2] = {status.st_atim, status.st_mtim};
  return put(to, [&](const char* name) {
    if (::symlinkat(target, to.directory, name) != 0) return false;
    ::utimensat(to.directory, name, times, AT_SYMLINK_NOFOLLOW);
    return true;
  });
}

bool make_node(const struct stat& status, Entry to) {
  return put(to, [&](const char* name) {
    if (::mknodat(to.directory, name, status.st_mode, status.st_rdev) != 0) return false;
    ::fchmodat(to.directory, name, status.st_mode & 07777, 0);
    return true;
  });
}

bool remove_entry(Entry entry) {
  return ::unlinkat(entry.directory, entry.name, 0) == 0 || errno == ENOENT;
}

bool remove_directory(Entry entry) {
  return ::unlinkat(entry.directory, entry.name, AT_REMOVEDIR) == 0 || errno == ENOENT ||
         errno == ENOTEMPTY;
}

std::vector<std::string> names_in(int directory) {
  std::vector<std::string> names;
  const int again = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> reader(again < 0 ? nullptr : ::fdopendir(again),
                                                   ::closedir);
  while (const dirent* each = reader == nullptr ? nullptr : ::readdir(reader.get())) {
    const std::string_view name(each->d_name);
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

}  // namespace cloister
