// Network namespaces that outlive their cell (docs/decisions/0070). They are made here and lent to
// one cell at a time, and to another only if no process of the first can have used them. The
// witness finds out: a seccomp filter around all guests that asks this process before each system
// call that can reach the network.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "framework/protocol/protocol.h"

namespace cloister {

struct Network {
  int fd = -1;      // of the namespace; -1 if none is lent
  ino_t inode = 0;  // likewise
  LentNetwork kind{};
  bool used = false;
};

// Moves this process into an unused network of that kind, so that the init it clones next is born
// there. It stays there: it needs no network. Nor does the init of a cell with the host's network,
// whose guest comes from elsewhere.
bool lend_network(LentNetwork kind, Network& network, InsideReply& failure);

// Call it when no process of its cell is left.
void take_back(Network& network);

// From now on listens on that descriptor, seccomp_unotify(2); -1 is none. Without a witness every
// network counts as used.
void set_witness(int listener);
int witness();

// A system call that waits for permission to continue.
struct WayToNetwork {
  std::uint64_t id = 0;
  ino_t network = 0;  // the network it leads to; 0 if it may be any
};
// False if it no longer waits.
bool hear_witness(WayToNetwork& way);
void let_on(const WayToNetwork& way);

}  // namespace cloister
