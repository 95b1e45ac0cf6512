// What is said between a run (launch/cell_builder.h) and its builder, over one SOCK_SEQPACKET pair,
// and between the builder and each init. Both sides come from one build, so the structs travel as
// they are.
#pragma once

#include <signal.h>

#include <cstddef>
#include <cstdint>

#include "framework/protocol/step_code.h"
#include "framework/wire/timing.h"

namespace cloister {

// A signal to the builder: the keeper has ended, or waits for the run no longer, which is to end by
// itself very soon or else is killed. The kernel sends it for a keeper that dies.
inline constexpr int kGiveUpRun = SIGUSR1;

enum class Request : std::uint32_t {
  kOwnCgroups,  // payload: count, then four texts each: a directory to make now and to remove at
                // the end, its group, what to write to the group's cgroup.subtree_control then, and
                // the leaf whose processes go back to the group
  kBuild,       // payload: an encoded InsidePlan
  kDismantle,   // no payload
  kWitness,     // no payload; the listener comes along: builder/networks.h
};

struct RequestHead {
  Request request{};
  std::uint32_t cell = 0;
  std::int32_t guest_pid = 0;  // with kBuild: that the cell's next process is to have; 0 is any
};

// The longest request: a plan is a few hundred bytes, most of it paths.
inline constexpr std::size_t kLongestRequest = std::size_t{64} * 1024;

enum class Reply : std::uint32_t {
  kReady,   // to kOwnCgroups
  kBuilt,   // the cell stands; the pidfd of its init comes along
  kFailed,  // the cell could not be built, and nothing of it is left: `failure` says why
  kGone,    // the cell is dismantled: readings and survivors
};

inline constexpr std::size_t kDoingLength = 256;
// Things of each kind that are named: enough to find out whose they are.
inline constexpr std::uint32_t kLeftNamed = 16;
// Of a process's arguments: a line of them.
inline constexpr std::size_t kCommandKept = 160;
// All names together; what does not fit is only counted.
inline constexpr std::size_t kNamesKept = std::size_t{8} * 1024;
// Kinds on this wire: those of LeftKind (cloister/report.h), then processes.
inline constexpr std::uint8_t kSurvivorKind = 7;

// A tmpfs of the cell, as statvfs(3) sees it; zeros when there is none.
struct TmpfsRecord {
  std::uint64_t used = 0;
  std::uint64_t size = 0;
  std::uint64_t inodes_used = 0;
  std::uint64_t inodes = 0;
  std::uint64_t made = 0;  // inodes in it that its guest made
};
inline constexpr std::size_t kMostTmpfs = 8;  // /tmp, /dev/shm, and what a command asks for

// init's answer when it is told to end.
struct RollCall {
  std::uint64_t counts[kSurvivorKind + 1] = {};  // by kind; those of files are in `tmpfs`
  TmpfsRecord tmpfs[kMostTmpfs];                 // in the order in which the plan mounts them
  // Each: kind, a number (the place of the tmpfs, the pid), name, arguments. Only these bytes
  // travel.
  std::uint32_t names_size = 0;
  char names[kNamesKept];

  std::size_t unused() const { return kNamesKept - names_size; }
};

// init's word that the inside stands (error == 0 and doing empty), or what failed.
struct InsideReply {
  std::int32_t error = 0;
  char doing[kDoingLength] = {};
  Costs costs = {};  // of init's parts
};

struct BuilderReply {
  Reply reply{};
  std::uint32_t cell = 0;
  std::int32_t init_pid = 0;
  InsideReply failure;
  std::uint64_t readings[kReadingCount] = {};
  Costs costs = {};
  RollCall left;  // last: sent without what is unused
};

}  // namespace cloister
