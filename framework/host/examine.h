// ProbeDepth a host out for people to read: in a process of its own, because that changes the
// process that does it for good. Used by the doctors of the adapters. Prints nothing.
#pragma once

#include <string>

#include "framework/facts/facts.h"
#include "framework/kernel/error.h"

namespace cloister {

struct Examination {
  std::string text;    // what `words` made of the facts
  bool whole = false;  // a default cell lacks nothing here
};

// Tries everything that a cell may ask for, and tells it in the words that `words` finds.
Result<Examination> examine_host(std::string (*words)(const HostFacts&));

}  // namespace cloister
