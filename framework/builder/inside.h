// The state of one init. An init runs in the builder's memory (docs/decisions/0050) on a stack that
// is aligned to its size. This lies at the head of that stack: nothing of an init is in a global.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

#include "framework/protocol/protocol.h"

namespace cloister::inside {

inline constexpr std::size_t kStackSize =
    std::size_t{128} * 1024;  // the deepest step uses a fifth of it
inline constexpr int kMostOwn = 16;

struct Inside {
  // The builder gives these.
  int socket = -1;
  std::string_view steps;
  pid_t guest_pid = 0;

  int error = 0;  // errno
  // The mounted tmpfs, in order; their names are in the plan.
  std::size_t tmpfs_count = 0;
  std::string_view tmpfs_targets[kMostTmpfs];
  std::uint64_t inodes_at_start[kMostTmpfs] = {};
  // Of one that shows a copy: the directory with what was written; else -1.
  int uppers[kMostTmpfs] = {-1, -1, -1, -1, -1, -1, -1, -1};
  // System V objects that were there at the start, by kind, where the cell shares them with others.
  static constexpr int kMostKnown = 256;
  struct KnownObjects {
    int count = 0;
    int ids[kMostKnown] = {};
  };
  KnownObjects known[3];
  bool lists_new_objects = false;
  // The file systems that only this cell has.
  int own_count = 0;
  dev_t own[kMostOwn] = {};
  int views = -1;  // what is written in views is below this directory
  InsideReply reply;
  RollCall roll;
};

// Where it is in a stack that begins at `stack`. What is below it is the actual stack.
inline Inside* head_of(void* stack) {
  constexpr std::size_t kRoom = (sizeof(Inside) + 63) / 64 * 64;
  return reinterpret_cast<Inside*>(static_cast<char*>(stack) + kStackSize - kRoom);
}

// That of the init that runs this.
inline Inside& here() {
  const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  return *head_of(reinterpret_cast<void*>(frame & ~(kStackSize - 1)));
}

}  // namespace cloister::inside
