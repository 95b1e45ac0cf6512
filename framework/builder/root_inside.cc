// A root of the cell's own. Until it is entered, "/" is still the host's view, whole, and the
// current directory is the new root: sources are found in the one, targets in the other.
#include <linux/mount.h>
#include <sys/mount.h>

#include "framework/builder/calls_inside.h"
#include "framework/builder/facilities_inside.h"
#include "framework/builder/mount_point.h"
#include "framework/syscalls/path.h"

namespace cloister::inside {

bool start_root(std::string_view directory, InsideReply& failure) {
  const Path path{directory};
  if (directory.empty()) {
    if (sys::mount("tmpfs", "/", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") != 0)
      return fail(failure, "mount a tmpfs to be the new root");
  } else if (sys::mount(path.c_str(), path.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0) {
    return fail(failure, "bind '%s' to be the new root", path.c_str());
  }
  // What is mounted on "/" covers it only for those who come to "/" from elsewhere, as ".." does.
  const bool covers_root = directory.empty() || directory == "/";
  if (sys::chdir(covers_root ? "/.." : path.c_str()) != 0)
    return fail(failure, "change to the new root");
  if (directory.empty()) MountPoint("./", true).may_be_filled();
  return true;
}

bool bind_mount(ByteReader& fields, InsideReply& failure) {
  const Path source{fields.text()};
  const std::string_view target = fields.text();
  const bool read_only = fields.number<std::uint8_t>() != 0;
  const Path seen{shown(target)};
  const int tree = sys::call(SYS_open_tree, AT_FDCWD, source.c_str(),
                             OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  struct stat status{};
  if (tree < 0 || sys::fstat(tree, &status) != 0)
    return fail(failure, "take '%s' to bind it to '%s'", source.c_str(), seen.c_str());
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY;
  if (read_only && sys::syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE,
                                &attributes, sizeof attributes) != 0) {
    return fail(failure, "make '%s' read-only", seen.c_str());
  }
  const MountPoint point(target, S_ISDIR(status.st_mode));
  if (!point.there() || sys::syscall(SYS_move_mount, tree, "", point.fd(), "",
                                     MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0) {
    return fail(failure, "bind '%s' to '%s'", source.c_str(), seen.c_str());
  }
  sys::close(tree);
  return true;
}

bool make_link(std::string_view source, std::string_view target, InsideReply& failure) {
  char text[PATH_MAX];
  const ssize_t length = sys::readlink(Path{source}.c_str(), text, sizeof text - 1);
  if (length < 0) return errno == ENOENT || errno == EINVAL;  // it is gone by now
  text[length] = '\0';
  const std::size_t slash = target.rfind('/');
  const MountPoint parent({target.data(), slash + 1}, true);
  const Path name{{target.data() + slash + 1, target.size() - slash - 1}};
  return (parent.there() &&
          (sys::call(SYS_symlinkat, text, parent.fd(), name.c_str()) == 0 || errno == EEXIST)) ||
         fail(failure, "link '%s' to '%s'", Path{shown(target)}.c_str(), text);
}

bool enter_root(InsideReply& failure) {
  // Stacks the old root on the new one, and takes it off: pivot_root(2), "pivot_root(".", ".")".
  if (sys::syscall(SYS_pivot_root, ".", ".") != 0) return fail(failure, "enter the new root");
  if (sys::umount2(".", MNT_DETACH) != 0) return fail(failure, "leave the old root");
  if (sys::chdir("/") != 0) return fail(failure, "change to the new root");
  return true;
}

}  // namespace cloister::inside
