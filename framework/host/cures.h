// What a user can do about a loss on this host, if possible as a line to copy.
#pragma once

#include <string>

#include "framework/facts/facts.h"

namespace cloister {

// What to do about a loss. An errno that means a shortage has its own cure.
std::string cure_for(Facility facility, const HostFacts& facts, int number = 0);

}  // namespace cloister
