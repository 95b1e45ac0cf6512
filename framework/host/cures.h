// What a user can do about a loss on this host, as a line to copy where there is one.
#pragma once

#include <string>

#include "framework/facts/facts.h"

namespace cloister {

// What to do about a loss. An errno that speaks of a shortage has a cure of its own.
std::string cure_for(Facility facility, const HostFacts& facts, int number = 0);

}  // namespace cloister
