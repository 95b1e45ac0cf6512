// Tries a host out for people to read. It does so in another process, because trying changes that
// process permanently. Used by the doctors of the adapters. Prints nothing.
#pragma once

#include <string>

#include "framework/facts/facts.h"
#include "framework/kernel/error.h"

namespace cloister {

struct Examination {
  std::string text;    // what `words` made of the facts
  bool whole = false;  // a default cell lacks nothing here
};

// Tries everything that a cell may ask for, and reports it as `words` puts it.
Result<Examination> examine_host(std::string (*words)(const HostFacts&));

}  // namespace cloister
