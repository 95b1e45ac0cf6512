#include <net/if.h>
#include <sys/ioctl.h>

#include "framework/builder/calls_inside.h"
#include "framework/builder/facilities_inside.h"
#include "framework/builder/loopback.h"
#include "framework/builder/path.h"

namespace cloister::inside {
namespace {

bool make_it_a_host(InsideReply& failure) {
  const LoopbackMessages messages;
  const int socket_fd = sys::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  // Done when it returns.
  const bool done = socket_fd >= 0 && sys::send(socket_fd, &messages, sizeof messages, 0) >= 0;
  const bool well = done || is_forbidden(errno);
  if (!well) fail(failure, "give loopback an address");
  if (socket_fd >= 0) sys::close(socket_fd);
  return well;
}

}  // namespace

bool set_hostname(std::string_view name, InsideReply& failure) {
  if (sys::sethostname(name.data(), name.size()) == 0) return true;
  return fail(failure, "set hostname '%s'", Path{name}.c_str());
}

bool bring_up_loopback(InsideReply& failure) {
  const int socket_fd = sys::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket_fd < 0) return fail(failure, "open a socket to bring up loopback");
  ifreq request{};
  strcpy(request.ifr_name, "lo");
  request.ifr_flags = kLoopbackFlags;
  // The kernel adds 127.0.0.1/8 and ::1 by itself when lo goes up: netdevice(7).
  const bool up = sys::ioctl(socket_fd, SIOCSIFFLAGS, &request) == 0;
  if (!up) fail(failure, "bring up loopback");
  sys::close(socket_fd);
  return up && make_it_a_host(failure);
}

bool open_low_ports(InsideReply&) {
  // A container may mount /proc/sys read-only; then ports below 1024 stay closed to ordinary users.
  const int fd = sys::open("/proc/sys/net/ipv4/ip_unprivileged_port_start", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return true;
  const ssize_t written = sys::write(fd, "0", 1);
  sys::close(fd);
  return written == 1;
}

}  // namespace cloister::inside
