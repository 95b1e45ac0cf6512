#include <linux/mount.h>
#include <sys/mount.h>

#include "framework/builder/calls_inside.h"
#include "framework/builder/facilities_inside.h"
#include "framework/builder/mount_point.h"
#include "framework/builder/overlay.h"
#include "framework/syscalls/path.h"

namespace cloister::inside {
namespace {

constexpr unsigned long kPlain = MS_NOSUID | MS_NODEV;
// Its root, and the directories that an overlay has there.
constexpr std::uint64_t kInodesOfACopy = 4;

// How many of the entries there are.
std::uint64_t count_entries(int directory, ByteReader names, std::uint32_t count) {
  std::uint64_t there = 0;
  struct stat status{};
  for (; count > 0; --count) {
    const Path name{names.text()};
    if (sys::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) ++there;
  }
  return there;
}

// A link is made again: it cannot be bound, and what it leads to is kept by itself.
bool show_link(int entry, const char* to) {
  char target[PATH_MAX];
  const ssize_t length = sys::readlinkat(entry, "", target, sizeof target - 1);
  if (length < 0) return false;
  target[length] = '\0';
  return sys::symlink(target, to) == 0;
}

// Binds the entry, reached through its descriptor, to where it was.
bool bind_entry(int entry, bool directory, const char* to) {
  if (directory) {
    sys::mkdir(to, 0755);
  } else {
    sys::close(sys::open(to, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  }
  return sys::mount(link_of(entry).c_str(), to, nullptr, MS_BIND | MS_REC, nullptr) == 0;
}

// Shows an entry of the directory that the tmpfs on `target` covers. One that is not there, or
// cannot be seen, is passed over.
bool show_entry(int covered, std::string_view target, std::string_view name, InsideReply& failure) {
  const int entry = sys::openat(covered, Path{name}.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (entry < 0) return true;
  const Path to{target, "/", name};
  struct stat status{};
  const bool shown_again =
      sys::fstat(entry, &status) == 0 &&
      (S_ISLNK(status.st_mode) ? show_link(entry, to.c_str())
                               : bind_entry(entry, S_ISDIR(status.st_mode), to.c_str()));
  const int error = errno;
  sys::close(entry);
  errno = error;
  return shown_again || fail(failure, "keep '%s' visible", Path{shown(to.c_str())}.c_str());
}

bool is_all_of_it(ByteReader names, std::uint32_t count) {
  for (; count > 0; --count) {
    if (names.text() == ".") return true;
  }
  return false;
}

// Shows all that is covered, as it was taken before that.
bool show_covered(int tree, std::string_view target, InsideReply& failure) {
  const Path to{target, "/", kCoveredItself};
  sys::mkdir(to.c_str(), 0755);
  const bool moved = tree >= 0 && sys::syscall(SYS_move_mount, tree, "", AT_FDCWD, to.c_str(),
                                               MOVE_MOUNT_F_EMPTY_PATH) == 0;
  const int error = errno;
  if (tree >= 0) sys::close(tree);
  errno = error;
  return moved || fail(failure, "keep '%s' visible", Path{shown(to.c_str())}.c_str());
}

// Over the tmpfs that was mounted at `point` to cover the directory `covered`: its copy, what is
// written in which goes to that tmpfs.
bool show_copy(int covered, const MountPoint& point, int& upper) {
  struct stat status{};
  const int at = sys::open(point.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  bool shown = at >= 0 && sys::fstat(covered, &status) == 0 &&
               sys::mkdirat(at, "upper", 0700) == 0 && sys::mkdirat(at, "work", 0700) == 0;
  if (shown) {
    dress(at, "upper", status);
    shown = mount_overlay(covered, at, "upper", "work", kPlain, point.c_str());
    upper = sys::openat(at, "upper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  }
  const int error = errno;
  if (at >= 0) sys::close(at);
  errno = error;
  return shown;
}

}  // namespace

bool set_propagation(Propagation propagation, InsideReply& failure) {
  const unsigned long kind = propagation == Propagation::kSlave    ? MS_SLAVE
                             : propagation == Propagation::kShared ? MS_SHARED
                                                                   : MS_PRIVATE;
  if (sys::mount(nullptr, "/", nullptr, MS_REC | kind, nullptr) == 0) return true;
  // In a chroot "/" is no mount point: make it one.
  if (errno == EINVAL && sys::mount("/", "/", nullptr, MS_BIND | MS_REC, nullptr) == 0 &&
      sys::chroot("/") == 0 && sys::mount(nullptr, "/", nullptr, MS_REC | kind, nullptr) == 0) {
    return true;
  }
  return fail(failure, "make the mounts %s",
              kind == MS_PRIVATE ? "private"
              : kind == MS_SLAVE ? "slaves"
                                 : "shared");
}

bool mount_proc(std::string_view target, InsideReply& failure) {
  const MountPoint point(target, true);
  if (point.there() && sys::mount("proc", point.c_str(), "proc", kPlain | MS_NOEXEC, nullptr) == 0)
    return true;
  return fail(failure, "mount proc on '%s'", Path{shown(target)}.c_str());
}

bool mount_tmpfs(ByteReader& fields, InsideReply& failure) {
  const std::string_view name = fields.text();
  const Path target{name};
  const Path seen{shown(name)};
  Inside& own = here();
  if (own.tmpfs_count < kMostTmpfs) own.tmpfs_targets[own.tmpfs_count++] = name;
  const auto bytes = fields.number<std::uint64_t>();
  const auto inodes = fields.number<std::uint64_t>();
  const std::uint32_t kept_count = fields.count();
  ByteReader kept = fields;
  for (std::uint32_t left = kept_count; left > 0; --left) fields.text();
  // What is covered can still be reached from the directory, once that is open.
  const bool optional = fields.number<std::uint8_t>() != 0;
  const bool copies = fields.number<std::uint8_t>() != 0;
  const int covered =
      kept_count == 0 && !copies ? -1 : sys::open(target.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  const bool all_of_it = is_all_of_it(kept, kept_count);
  const int tree =
      all_of_it ? sys::call(SYS_open_tree, covered, "",
                            OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_EMPTY_PATH)
                : -1;
  char options[96];
  // The cap is on the test's own files: the root and what is kept come on top.
  const auto all_inodes =
      inodes + (copies ? kInodesOfACopy : 1) + count_entries(covered, kept, kept_count);
  snprintf(options, sizeof options, "mode=1777,size=%llu,nr_inodes=%llu",
           static_cast<unsigned long long>(bytes), static_cast<unsigned long long>(all_inodes));
  const MountPoint point(name, true);
  if (!point.there() && optional && errno == ENOENT) return true;  // nothing that could be shared
  if (!point.there() || sys::mount("tmpfs", point.c_str(), "tmpfs", kPlain, options) != 0) {
    return fail(failure, "mount tmpfs on '%s'", seen.c_str());
  }
  if (copies && !show_copy(covered, point, own.uppers[own.tmpfs_count - 1]))
    return fail(failure, "show a copy of '%s', by overlayfs", seen.c_str());
  point.may_be_filled();
  if (copies) show_sockets(covered, seen.text());
  for (std::uint32_t left = kept_count; left > 0; --left) {
    const std::string_view entry = kept.text();
    if (entry == "." ? !show_covered(tree, target.c_str(), failure)
                     : !show_entry(covered, target.c_str(), entry, failure))
      return false;
  }
  if (covered >= 0) sys::close(covered);
  return true;
}

int open_written(std::size_t place) {
  const int upper = here().uppers[place];
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC;
  return upper >= 0 ? sys::openat(upper, ".", kFlags)
                    : sys::open(Path{shown(here().tmpfs_targets[place])}.c_str(), kFlags);
}

void weigh_tmpfs_at_start() {
  Inside& own = here();
  for (std::size_t i = 0; i < own.tmpfs_count; ++i) {
    struct statfs status{};
    if (sys::statfs(Path{shown(own.tmpfs_targets[i])}.c_str(), &status) == 0)
      own.inodes_at_start[i] = status.f_files - status.f_ffree;
  }
}

bool there_at_start(std::size_t place, std::uint64_t inode) {
  return inode <= here().inodes_at_start[place];
}

void weigh_tmpfs(TmpfsRecord (&records)[kMostTmpfs]) {
  const Inside& own = here();
  for (std::size_t i = 0; i < own.tmpfs_count; ++i) {
    struct statfs status{};
    if (sys::statfs(Path{shown(own.tmpfs_targets[i])}.c_str(), &status) != 0) continue;
    const auto block = static_cast<std::uint64_t>(status.f_frsize);
    const std::uint64_t inodes = status.f_files - status.f_ffree;
    const std::uint64_t at_start = own.inodes_at_start[i];
    records[i] = {(status.f_blocks - status.f_bfree) * block, status.f_blocks * block, inodes,
                  status.f_files, inodes - (inodes < at_start ? inodes : at_start)};
  }
}

bool make_read_only(ByteReader& fields, InsideReply& failure) {
  const std::string_view target = fields.text();
  return make_read_only(target, fields.number<std::uint8_t>() != 0, failure);
}

bool make_read_only(std::string_view target, bool below, InsideReply& failure) {
  const Path path{target};
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY;
  // One call for the whole tree, and only what it names changes: mount_setattr(2), Linux 5.12.
  if (sys::syscall(SYS_mount_setattr, AT_FDCWD, path.c_str(), below ? AT_RECURSIVE : 0, &attributes,
                   sizeof attributes) == 0) {
    return true;
  }
  const int error = errno;
  if (error == ENOENT || error == EINVAL)
    return true;  // not there, or not a mount: nothing to protect
  // Without the call, hide the tree: what cannot be seen cannot be written to.
  if (error == ENOSYS &&
      sys::mount("tmpfs", path.c_str(), "tmpfs", kPlain | MS_RDONLY, "size=4k") == 0)
    return true;
  errno = error;
  return fail(failure, "make '%s' read-only", Path{shown(target)}.c_str());
}

}  // namespace cloister::inside
