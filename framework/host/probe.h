// Finding out what this host can give. Called once per run, in the process that will make the
// cells.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <cloister/config.h>

#include "framework/host/facts.h"
#include "framework/kernel/error.h"
#include "framework/launch/cell_builder.h"

namespace cloister {

// Who runs this, and which paths a private tmpfs must not hide. Changes nothing.
HostFacts gather_facts();

// A host that has been tried: what it gives, and the builder that makes cells on it. Without a
// builder every facility is lost.
struct Host {
  HostFacts facts;
  std::optional<CellBuilder> builder;
  // What the run itself is too short of to have cells: no test is to run without them for that.
  std::optional<Error> want;
};

enum class Trying : std::uint8_t {
  kNothing,      // a cell that cannot be made tells why by its own end
  kDefaultCell,  // what is used on request only is believed to work until it is asked for
  kEverything,   // that, too, in a cell that asks for it
};

// Readies the calling process, which must be single-threaded and expendable, for making cells: an
// ordinary user's enters a user namespace. Tries a default cell end to end, guest included; if that
// fails, tries each facility on top of those that work, and notes every loss with its cause and
// cure. Without a trial the smallest memory of a cell is not known.
// `shared` are files and directories that every test adds to: they are no part of its view of
// files.
Host open_host(Trying trying = Trying::kDefaultCell, std::span<const std::string> shared = {});

// The cgroup directories that this run may use: fills facts.cgroups, or notes the losses. May move
// the processes of the run's group into a leaf (cgroup_leaf.h); the builder moves them back.
void find_cgroups(HostFacts& facts);
// Tells the new run directories of version 2 which controllers their cells get. After they exist.
Result<void> prepare_run_directories(const HostFacts& facts);

// What to do about a loss. An errno that speaks of a shortage has a cure of its own.
std::string cure_for(Facility facility, const HostFacts& facts, int number = 0);

}  // namespace cloister
