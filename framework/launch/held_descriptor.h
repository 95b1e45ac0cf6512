// What becomes, in a guest, of a descriptor that its program had before the run. Whoever watches
// decides that once per run (open_descriptors.h lists what there is); held_inside.cc does it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>

namespace cloister {

enum class InGuest : std::uint8_t {
  kSame,      // it is there, the position in its file in common with all others
  kReopened,  // the same file, with a position of the guest's own
  kNull,      // /dev/null is in its place, so that no file of the guest's gets its number
};

struct HeldDescriptor {
  int number = -1;
  InGuest becomes = InGuest::kSame;
  bool close_on_exec = false;
  int flags = 0;      // of open(2), for one that is reopened
  off_t offset = -1;  // where that one begins; -1 is where the program's stands by then
};

// Both in the guest: no heap, no locks, no stdio. What is in `as_they_are` is left alone.
//
// Before the namespaces are joined, while the host's files are in view. What cannot be reopened
// stays the same.
void reopen_held(std::span<const HeldDescriptor> held, std::span<const int> as_they_are);
// Puts /dev/null where it belongs, and closes every other descriptor above the standard ones that
// is in none of the three lists.
void close_all_but(std::span<const int> as_they_are, std::span<const HeldDescriptor> held,
                   std::span<const int> own, int null_fd);

}  // namespace cloister
