// Cuts what a run left behind into named pieces, so that two runs can be compared name by name.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "selftests/googletest_own/program_run.h"

namespace googletest_own {

// What differs between any two runs of the same program: where it was started, and when.
struct Surroundings {
  std::string program_folder;
  std::string place;
};

// "Suite.Test" is what the JSON report says of a test, "Suite.Test: text" what the console does.
// "(suite Name)" is both, of what belongs to a suite and to none of its tests. The rest is
// (program), (order of tests), (outside tests), (summary), (stderr), (exit status), (file NAME).
using Pieces = std::map<std::string, std::string>;

// `racing` is for programs whose threads race: of each test only the places of its failures count,
// in any order.
Pieces pieces_of(const ProgramRun& run, const Surroundings& surroundings, bool racing);

inline constexpr const char* kTextOf = ": text";
inline bool is_test_result(const std::string& piece) {
  return piece[0] != '(' && piece.find(kTextOf) == std::string::npos;
}
inline bool is_suite(const std::string& piece) { return piece.starts_with("(suite "); }

}  // namespace googletest_own
