// Finding out what this host can give. Called once per run, in the process that will make the
// cells.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "framework/facts/facts.h"
#include "framework/kernel/error.h"
#include "framework/launch/cell_builder.h"

namespace cloister {

// A host that has been tried: what it gives, and the builder that makes cells on it. Without a
// builder every facility is lost.
struct Host {
  HostFacts facts;
  std::optional<CellBuilder> builder;
  // The run itself lacks this, so it cannot have cells. No test may run without them then.
  std::optional<Error> want;
};

enum class ProbeDepth : std::uint8_t {
  kNothing,      // a cell that cannot be made reports why when it ends
  kDefaultCell,  // assumes that what is used on request only works, until it is asked for
  kEverything,   // that too, in a cell that asks for it
};

// Prepares the calling process for making cells. It must be single-threaded and expendable; an
// ordinary user's process enters a user namespace. Tries a default cell end to end, including a
// guest. If that fails, tries each facility on top of those that work, and notes every loss with
// its cause and cure. Without a trial the smallest memory of a cell is unknown.
// `shared` are files and directories that every test adds to. They are not in its view of files.
Host open_host(ProbeDepth depth = ProbeDepth::kDefaultCell,
               std::span<const std::string> shared = {});

}  // namespace cloister
