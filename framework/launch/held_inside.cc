// The descriptors that a guest is left with. No heap, no locks, no stdio: enter_inside.cc.
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>

#include "framework/launch/held_descriptor.h"
#include "framework/syscalls/close_others.h"

namespace cloister {
namespace {

bool has(std::span<const int> numbers, int number) {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

void reopen(const HeldDescriptor& held) {
  const off_t offset = held.offset >= 0 ? held.offset : lseek(held.number, 0, SEEK_CUR);
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", held.number);
  // The path itself is a link.
  const int fd = open(path, (held.flags & ~O_NOFOLLOW) | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return;
  if (offset > 0) lseek(fd, offset, SEEK_SET);
  dup3(fd, held.number, held.close_on_exec ? O_CLOEXEC : 0);
  close(fd);
}

}  // namespace

void reopen_held(std::span<const HeldDescriptor> held, std::span<const int> as_they_are) {
  for (const HeldDescriptor& each : held) {
    if (each.becomes == InGuest::kReopened && !has(as_they_are, each.number)) reopen(each);
  }
}

void close_all_but(std::span<const int> as_they_are, std::span<const HeldDescriptor> held,
                   std::span<const int> own, int null_fd) {
  for (const HeldDescriptor& each : held) {
    if (has(as_they_are, each.number)) continue;
    if (each.becomes == InGuest::kNull)
      dup3(null_fd, each.number, each.close_on_exec ? O_CLOEXEC : 0);
    if (each.becomes == InGuest::kSame)
      fcntl(each.number, F_SETFD, each.close_on_exec ? FD_CLOEXEC : 0);
  }
  for (unsigned next = 3; next <= INT_MAX;) {
    unsigned kept = UINT_MAX;
    const auto look_at = [&](int number) {
      const auto candidate = static_cast<unsigned>(number);
      if (number >= 0 && candidate >= next) kept = std::min(kept, candidate);
    };
    for (const int number : as_they_are) look_at(number);
    for (const HeldDescriptor& each : held) look_at(each.number);
    for (const int number : own) look_at(number);
    if (kept > next) close_between(next, kept == UINT_MAX ? UINT_MAX : kept - 1);
    next = kept == UINT_MAX ? kept : kept + 1;
  }
}

}  // namespace cloister
