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
  // What the run itself is too short of to have cells: no test is to run without them for that.
  std::optional<Error> want;
};

enum class ProbeDepth : std::uint8_t {
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
Host open_host(ProbeDepth depth = ProbeDepth::kDefaultCell,
               std::span<const std::string> shared = {});

}  // namespace cloister
