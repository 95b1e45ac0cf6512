// The messages between a run (launch/cell_builder.h) and its builder, over one SOCK_SEQPACKET pair,
// and between the builder and each init. Both sides come from one build, so structs are sent as
// they are.
#pragma once

#include <signal.h>

#include <cstddef>
#include <cstdint>

#include "framework/protocol/step_code.h"
#include "framework/wire/timing.h"

namespace cloister {

// A signal to the builder: the keeper has ended or no longer waits. The run must end by itself very
// soon, or it is killed. The kernel sends this signal when the keeper dies.
inline constexpr int kGiveUpRun = SIGUSR1;

enum class Request : std::uint32_t {
  kOwnCgroups,  // payload: count, then four texts each: a directory to make now and to remove at
                // the end, its group, what to write to the group's cgroup.subtree_control then, and
                // the leaf whose processes go back to the group
  kBuild,       // payload: an encoded InsidePlan
  kDismantle,   // no payload
  kWitness,     // no payload; the listener is attached: builder/networks.h
};

inline constexpr std::uint32_t kNoTemplate = UINT32_MAX;

struct RequestHead {
  Request request{};
  std::uint32_t cell = 0;
  std::int32_t guest_pid = 0;  // with kBuild: the pid that the cell's next process gets; 0 is any
  std::uint32_t within =
      kNoTemplate;  // with kBuild: the cell of the template that its guest will fork
};

// The longest request: a plan is a few hundred bytes, most of it paths.
inline constexpr std::size_t kLongestRequest = std::size_t{64} * 1024;

enum class Reply : std::uint32_t {
  kReady,   // to kOwnCgroups
  kBuilt,   // the cell stands; the pidfd of its init is attached
  kFailed,  // the cell could not be built, and nothing of it is left; `failure` says why
  kGone,    // the cell is dismantled: readings and survivors
};

inline constexpr std::size_t kDoingLength = 256;
// How many things of each kind are named: enough to find out where they come from.
inline constexpr std::uint32_t kLeftNamed = 16;
// How much of a process's arguments is kept: one line.
inline constexpr std::size_t kCommandKept = 160;
// Room for all names together; what does not fit is only counted.
inline constexpr std::size_t kNamesKept = std::size_t{8} * 1024;
// Kinds in this protocol: those of LeftKind (cloister/report.h), then processes.
inline constexpr std::uint8_t kSurvivorKind = 7;

// A tmpfs of the cell, as statvfs(3) reports it; zeros if there is none.
struct TmpfsRecord {
  std::uint64_t used = 0;
  std::uint64_t size = 0;
  std::uint64_t inodes_used = 0;
  std::uint64_t inodes = 0;
  std::uint64_t made = 0;  // inodes that the guest made
};
inline constexpr std::size_t kMostTmpfs = 8;  // /tmp, /dev/shm, and what a command asks for

// init's answer when it is told to end.
struct RollCall {
  std::uint64_t counts[kSurvivorKind + 1] = {};  // by kind; files are counted in `tmpfs`
  TmpfsRecord tmpfs[kMostTmpfs];                 // in the order in which the plan mounts them
  // Each: kind, a number (the index of the tmpfs, or the pid), name, arguments. Only this many
  // bytes are sent.
  std::uint32_t names_size = 0;
  char names[kNamesKept];

  std::size_t unused() const { return kNamesKept - names_size; }
};

// init's answer: the inside stands (error == 0 and doing empty), or what failed.
struct InsideReply {
  std::int32_t error = 0;
  char doing[kDoingLength] = {};
  Costs costs = {};  // init's parts
};

struct BuilderReply {
  Reply reply{};
  std::uint32_t cell = 0;
  std::int32_t init_pid = 0;
  InsideReply failure;
  std::uint64_t readings[kReadingCount] = {};
  Costs costs = {};
  RollCall left;  // last: the unused end is not sent
};

}  // namespace cloister
