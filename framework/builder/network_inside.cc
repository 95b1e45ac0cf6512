#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "framework/builder/doing.h"
#include "framework/builder/facilities_inside.h"
#include "framework/builder/path.h"

namespace cloister {

bool set_hostname(std::string_view name, InsideReply& failure) {
  if (sethostname(name.data(), name.size()) == 0) return true;
  return fail(failure, "set hostname '%s'", Path{name}.c_str());
}

bool bring_up_loopback(InsideReply& failure) {
  const int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket_fd < 0) return fail(failure, "open a socket to bring up loopback");
  ifreq request{};
  strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  // The kernel adds 127.0.0.1/8 and ::1 by itself when lo goes up: netdevice(7).
  const bool up = ioctl(socket_fd, SIOCSIFFLAGS, &request) == 0;
  if (!up) fail(failure, "bring up loopback");
  close(socket_fd);
  return up;
}

bool open_low_ports(InsideReply&) {
  // A container may mount /proc/sys read-only; then ports below 1024 stay closed to ordinary users.
  const int fd = open("/proc/sys/net/ipv4/ip_unprivileged_port_start", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return true;
  const ssize_t written = write(fd, "0", 1);
  close(fd);
  return written == 1;
}

}  // namespace cloister
