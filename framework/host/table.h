// What a host gives, for people: a row per facility, with the cause and the cure of what is
// missing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "framework/facts/facts.h"

namespace cloister {

// How a host answers for one facility.
struct FacilityRow {
  std::string_view facility;  // facility_name()
  bool is_default = false;    // a default cell has it
  std::string_view answer;    // "yes", "no" or "partly"
  std::string why;            // empty for "yes", like the cure
  std::string cure;
};
std::vector<FacilityRow> facts_rows(const HostFacts& facts);

// The cgroups below which cells get theirs, a line each.
std::string cgroups_text(const HostFacts& facts);

// "memory cap           no      <why>; <cure>", and the cgroups.
std::string facts_table(const HostFacts& facts);

// A notice for each cause of what a default cell lacks here, a line each. Empty if nothing but
// backstops is missing.
std::string losses_text(const HostFacts& facts);

}  // namespace cloister
