#include "framework/builder/networks.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "framework/builder/doing.h"
#include "framework/builder/loopback.h"
#include "framework/builder/system_call.h"

namespace cloister {
namespace {

constexpr int kMostIdle = 128;
Network idle[kMostIdle];
int idle_count = 0;
int listener = -1;

// As init does it.
bool make_it_a_host(InsideReply& failure) {
  const LoopbackMessages messages;
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  const bool done = fd >= 0 && send(fd, &messages, sizeof messages, 0) >= 0;
  const bool well = done || is_forbidden(errno);
  if (!well) fail(failure, "give loopback an address");
  if (fd >= 0) close(fd);
  return well;
}

bool bring_up_loopback(InsideReply& failure) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  strcpy(request.ifr_name, "lo");
  request.ifr_flags = kLoopbackFlags;
  const bool up = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  if (!up) fail(failure, "bring up loopback");
  if (fd >= 0) close(fd);
  return up && make_it_a_host(failure);
}

// As init does it: where /proc/sys is read-only they stay closed.
void open_low_ports() {
  const int fd = open("/proc/sys/net/ipv4/ip_unprivileged_port_start", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  [[maybe_unused]] const ssize_t written = write(fd, "0", 1);
  close(fd);
}

bool make_network(LentNetwork kind, Network& network, InsideReply& failure) {
  if (unshare(CLONE_NEWNET) != 0) return fail(failure, "make a network namespace to lend");
  if (kind == LentNetwork::kLoopback && !bring_up_loopback(failure)) return false;
  open_low_ports();
  struct stat status{};
  network = {open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), 0, kind, false};
  if (network.fd < 0 || fstat(network.fd, &status) != 0) {
    fail(failure, "open '/proc/self/ns/net'");
    take_back(network);
    return false;
  }
  network.inode = status.st_ino;
  return true;
}

// Whose call leads to no more than the network that it is in: with a ring of calls (io_uring)
// others than who has made it can open sockets.
bool is_of_its_caller(const seccomp_data& call) {
  return call.nr == SYS_socket || call.nr == SYS_socketpair;
}

// Of a process that waits, and so stays there; 0 when it cannot be looked at.
ino_t network_of(std::uint32_t process) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%u/ns/net", process);
  struct stat status{};
  return stat(path, &status) == 0 ? status.st_ino : 0;
}

}  // namespace

bool lend_network(LentNetwork kind, Network& network, InsideReply& failure) {
  for (int i = idle_count; i-- > 0;) {
    if (idle[i].kind != kind) continue;
    if (setns(idle[i].fd, CLONE_NEWNET) != 0)
      return fail(failure, "enter a network namespace to lend");
    network = idle[i];
    idle[i] = idle[--idle_count];
    return true;
  }
  return make_network(kind, network, failure);
}

void take_back(Network& network) {
  const bool unused = network.inode != 0 && !network.used && listener >= 0;
  if (unused && idle_count < kMostIdle) {
    idle[idle_count++] = network;
  } else if (network.fd >= 0) {
    close(network.fd);
  }
  network = Network{};
}

void set_witness(int descriptor) {
  if (listener >= 0) close(listener);
  listener = descriptor;
}

int witness() { return listener; }

bool hear_witness(WayToNetwork& way) {
  seccomp_notif call{};
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) return false;
  // Calls of another architecture have other numbers.
  const bool known = call.data.arch == kNativeArchitecture && is_of_its_caller(call.data);
  way = {call.id, known && call.pid != 0 ? network_of(call.pid) : 0};
  return true;
}

void let_on(const WayToNetwork& way) {
  seccomp_notif_resp answer{};
  answer.id = way.id;
  answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);  // it may have been killed meanwhile
}

}  // namespace cloister
