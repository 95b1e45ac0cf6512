// What happens, in a guest, to a descriptor that its program had before the run. The watching
// process decides once per run (open_descriptors.h lists what there is); held_inside.cc acts.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>

namespace cloister {

enum class InGuest : std::uint8_t {
  kSame,      // it stays, and shares its file position with all others
  kReopened,  // the same file, with the guest's own position
  kNull,      // becomes /dev/null, so that no file of the guest gets its number
};

struct HeldDescriptor {
  int number = -1;
  InGuest becomes = InGuest::kSame;
  bool close_on_exec = false;
  int flags = 0;      // of open(2), if it is reopened
  off_t offset = -1;  // where it starts; -1 is the program's position at that time
};

// Both run in the guest: no heap, no locks, no stdio. Descriptors in `as_they_are` are left alone.
//
// Call this before the namespaces are joined, while the host's files are visible. What cannot be
// reopened stays the same.
void reopen_held(std::span<const HeldDescriptor> held, std::span<const int> as_they_are);
// Puts /dev/null where it belongs, and closes every other descriptor above the standard ones that
// is in none of the three lists.
void close_all_but(std::span<const int> as_they_are, std::span<const HeldDescriptor> held,
                   std::span<const int> own, int null_fd);

}  // namespace cloister
