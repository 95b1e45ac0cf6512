// Unix sockets in directories that a cell has copies of. A socket is found by its inode, and that
// of a copy is another: unix(7), overlayfs. So those that are bound in the cell's network are shown
// as they are.
#include <sys/mount.h>

#include "framework/builder/calls_inside.h"
#include "framework/builder/facilities_inside.h"
#include "framework/builder/table_inside.h"
#include "framework/syscalls/path.h"

namespace cloister::inside {
namespace {

void show_socket(int covered, std::string_view target, std::string_view name) {
  const int socket = sys::openat(covered, Path{name}.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (socket < 0) return;
  struct stat status{};
  if (sys::fstat(socket, &status) == 0 && S_ISSOCK(status.st_mode))
    sys::mount(link_of(socket).c_str(), Path{target, "/", name}.c_str(), nullptr, MS_BIND, nullptr);
  sys::close(socket);
}

}  // namespace

void show_sockets(int covered, std::string_view target) {
  read_table("/proc/net/unix", [covered, target](const char* line) {
    const char* path = strchr(line, '/');
    if (path == nullptr) return;
    const std::string_view whole(path);
    const std::size_t name = target.size() + 1;
    if (whole.size() > name && whole.starts_with(target) && whole[name - 1] == '/')
      show_socket(covered, target, {path + name, whole.size() - name});
  });
}

}  // namespace cloister::inside
