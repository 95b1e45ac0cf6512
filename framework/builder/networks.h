// Network namespaces that outlive their cell (docs/decisions/0070): made here, lent to one cell at
// a time, and to another only if no process of the first can have used them. The witness tells: a
// seccomp filter around all guests, which has this process asked before each system call that is a
// way to the network.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "framework/protocol/protocol.h"

namespace cloister {

struct Network {
  int fd = -1;      // of the namespace; -1 where none is lent
  ino_t inode = 0;  // likewise
  LentNetwork kind{};
  bool used = false;
};

// Moves this process into an unused network of that kind, for the init that it clones next to be
// born into. It stays there: a network is nothing to it, nor to the init of a cell that has the
// host's, whose guest comes from elsewhere.
bool lend_network(LentNetwork kind, Network& network, InsideReply& failure);

// When no process of its cell is left.
void take_back(Network& network);

// Listens on that descriptor from now on, seccomp_unotify(2); on none when it is -1. Without a
// witness every network counts as used.
void set_witness(int listener);
int witness();

// A system call that waits to be let on.
struct WayToNetwork {
  std::uint64_t id = 0;
  ino_t network = 0;  // that it leads to; 0 when it may be any
};
// False when it waits no more.
bool hear_witness(WayToNetwork& way);
void let_on(const WayToNetwork& way);

}  // namespace cloister
