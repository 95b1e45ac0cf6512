#include "framework/builder/networks.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "framework/builder/doing.h"
#include "framework/builder/loopback.h"
#include "framework/syscalls/system_call.h"

namespace cloister {
namespace {

constexpr int kMostIdle = 128;
Network idle[kMostIdle];
int idle_count = 0;
int listener = -1;

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
