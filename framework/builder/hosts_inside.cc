// A private /etc/hosts, so that the cell resolves its own name: docs/decisions/0090.
#include <sys/mount.h>

#include "framework/builder/calls_inside.h"
#include "framework/builder/facilities_inside.h"
#include "framework/builder/loopback.h"
#include "framework/builder/path.h"

namespace cloister::inside {
namespace {

constexpr const char* kHosts = "/etc/hosts";
// Covered for as long as it takes to bind a file of a tmpfs that is mounted there.
constexpr const char* kElsewhere = "/proc";

// The name's line comes first: the host may know somebody else by it.
bool fill(int file, int hosts, std::string_view name) {
  char text[kHostsSize];
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

// Binds a file, which then has no other name.
bool cover(std::string_view directory, int hosts, std::string_view name) {
  const Path path{directory, "/.cloister-hosts"};
  const int file = sys::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const bool covered =
      fill(file, hosts, name) && sys::mount(path.c_str(), kHosts, nullptr, MS_BIND, nullptr) == 0;
  const int error = errno;
  sys::unlink(path.c_str());
  sys::close(file);
  errno = error;
  return covered;
}

bool cover_from_elsewhere(int hosts, std::string_view name) {
  if (sys::mount("tmpfs", kElsewhere, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") != 0) return false;
  const bool covered = cover(kElsewhere, hosts, name);
  const int error = errno;
  sys::umount2(kElsewhere, MNT_DETACH);
  errno = error;
  return covered;
}

// Whether what was set aside in `directory` is enough for it.
bool has_room(std::string_view directory, const struct stat& hosts, std::string_view name) {
  constexpr std::size_t kAddress = 20;
  return !directory.empty() &&
         static_cast<std::uint64_t>(hosts.st_size) + kAddress + name.size() <= kHostsSize;
}

}  // namespace

bool name_in_hosts(ByteReader& fields, InsideReply& failure) {
  const std::string_view name = fields.text();
  const std::string_view directory = fields.text();
  const int hosts = sys::open(kHosts, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status{};
  if (hosts < 0) return true;  // nothing to resolve names by
  bool done = sys::fstat(hosts, &status) == 0 && !S_ISREG(status.st_mode);
  done = done || (has_room(directory, status, name) && cover(directory, hosts, name)) ||
         (sys::lseek(hosts, 0) == 0 && cover_from_elsewhere(hosts, name));
  // Who may not mount, as in some containers, keeps the host's names.
  done = done || errno == EPERM || errno == EACCES;
  if (!done) fail(failure, "name '%s' in '%s'", Path{name}.c_str(), kHosts);
  sys::close(hosts);
  return done;
}

}  // namespace cloister::inside
