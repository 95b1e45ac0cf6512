// The lane that a selftest runs in, and what cells have there: selftests/lanes/expected/<lane>.txt.
// A test asks, and on a lane that lacks something asserts the refusal with its words instead of the
// effect.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace cloister::selftests {

// CLOISTER_LANE, or what this host looks like when a program is run by hand.
const std::string& lane();

// The lane's expected column by facility_name(): "memory cap" -> true.
const std::map<std::string, bool, std::less<>>& lane_table();

// The lines for what a default cell is made of: the others are no loss until they are asked for.
std::map<std::string, bool, std::less<>> lane_defaults();

// Those of them whose loss is noted on stderr: not the backstops.
std::map<std::string, bool, std::less<>> lane_notes();

// Whether a cell of this lane has a facility. A name that the lane's file lacks ends the program.
bool lane_gives(std::string_view facility);

// Whether it has every one that a default cell is made of.
bool lane_gives_a_whole_cell();

}  // namespace cloister::selftests
