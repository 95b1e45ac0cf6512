// One cell that is being built, stands, or is being dismantled: the builder's record of it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

#include "framework/builder/networks.h"
#include "framework/protocol/protocol.h"

namespace cloister {

enum class Stage : std::uint8_t {
  kFree,      // the slot holds no cell
  kRising,    // init performs the steps
  kStanding,  // a guest may join
  kEnding,    // init has been told to end
  kEmpty,     // init is reaped; the cgroups may still be busy
};

struct Building {
  Stage stage = Stage::kFree;
  std::uint32_t cell = 0;
  pid_t guest_pid = 0;  // of the first process born in it; 0 is any
  // The template's cell that it is made in: a descriptor of its init, and its namespaces.
  int within = -1;
  std::uint64_t within_namespaces = 0;
  pid_t init = -1;
  int pidfd = -1;
  int socket = -1;       // to init
  char* plan = nullptr;  // the encoded InsidePlan, from malloc
  std::size_t plan_size = 0;
  bool failed = false;  // it could not be built; `failure` says why
  InsideReply failure;
  int removals_left = 0;     // attempts before giving up a busy cgroup
  Network network;           // lent to it
  void* stack = nullptr;     // of init; kept with the slot
  RollCall* left = nullptr;  // what init reported when it ended, from malloc
  std::uint64_t readings[kReadingCount] = {};
  Costs costs = {};
  Stopwatch ending{};  // since init was told to end

  // CLONE_NEW*, of the plan.
  std::uint64_t namespaces() const;
  // The encoded cgroups of the plan.
  std::string_view cgroups() const;
};

// Clones init and writes its id maps. On failure it undoes everything made so far, and `failure`
// says why.
bool build(Building& building, InsideReply& failure);

// Closes, frees and forgets everything except the stack. No process of the cell may be left.
void clear(Building& building);

}  // namespace cloister
