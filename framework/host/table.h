// What a host gives, for people: a row per facility, with the cause and the cure of what is
// missing.
#pragma once

#include <string>

#include "framework/host/facts.h"

namespace cloister {

// "memory cap           no      <why>; <cure>"
std::string facts_table(const HostFacts& facts);

// A notice for each cause of what a default cell lacks here, a line each; empty when it is whole.
std::string losses_text(const HostFacts& facts);

}  // namespace cloister
