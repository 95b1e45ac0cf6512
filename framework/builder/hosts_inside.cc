// A private /etc/hosts, so that the cell resolves its own name: docs/decisions/0090.
#include <sys/mount.h>

#include "framework/builder/calls_inside.h"
#include "framework/builder/facilities_inside.h"
#include "framework/builder/loopback.h"
#include "framework/syscalls/path.h"

namespace cloister::inside {
namespace {

constexpr const char* kHosts = "/etc/hosts";
constexpr const char* kPlace = "/proc";  // of a tmpfs that nobody gets to see
constexpr const char* kFile = "/proc/hosts";

// The name's line comes first: the host may know somebody else by it.
bool fill(int file, int hosts, std::string_view name) {
  char text[4096];
  auto held =
      static_cast<std::size_t>(snprintf(text, sizeof text, "%d.%d.%d.%d\t%s\n", kOwnIpv4[0],
                                        kOwnIpv4[1], kOwnIpv4[2], kOwnIpv4[3], Path{name}.c_str()));
  ssize_t more = 0;
  do {
    more = sys::read(hosts, text + held, sizeof text - held);
    if (more < 0) return false;
    held += static_cast<std::size_t>(more);
    if (sys::write(file, text, held) != static_cast<ssize_t>(held)) return false;
    held = 0;
  } while (more > 0);
  // An ordinary user, whose file it is, may write to it no more than to the host's. By itself, as
  // the umask is the run's.
  return sys::fchmod(file, 0444) == 0;
}

// The file keeps its name, which nobody can reach: what has none cannot be mounted over.
bool cover(int hosts, std::string_view name) {
  const int file = sys::open(kFile, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const bool covered =
      fill(file, hosts, name) && sys::mount(kFile, kHosts, nullptr, MS_BIND, nullptr) == 0;
  const int error = errno;
  sys::close(file);
  errno = error;
  return covered;
}

}  // namespace

bool name_in_hosts(ByteReader& fields, InsideReply& failure) {
  const std::string_view name = fields.text();
  const bool before_proc = fields.number<std::uint8_t>() != 0;
  const int hosts = sys::open(kHosts, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status{};
  if (hosts < 0) return true;  // nothing to resolve names by
  bool done = sys::fstat(hosts, &status) == 0 && !S_ISREG(status.st_mode);
  if (!done && sys::mount("tmpfs", kPlace, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") == 0) {
    done = cover(hosts, name);
    const int error = errno;
    if (!before_proc) sys::umount2(kPlace, MNT_DETACH);  // waits for the kernel's readers
    errno = error;
  }
  // Who may not mount, as in some containers, keeps the host's names.
  done = done || errno == EPERM || errno == EACCES;
  if (!done) fail(failure, "name '%s' in '%s'", Path{name}.c_str(), kHosts);
  sys::close(hosts);
  return done;
}

}  // namespace cloister::inside
