// Cuts what a run left behind into named pieces, so that two runs can be compared name by name.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "program_run.h"

namespace googletest_own {

// What differs between any two runs of the same program: where it was started, and when.
struct Surroundings {
  std::string program_folder;
  std::string place;
};

// The piece "Suite.Test" holds what GoogleTest's JSON report and the console say of this test.
// The rest has names in parentheses: (suite Name), (program), (order of tests), (outside tests),
// (summary), (stderr), (exit status), (file name).
using Pieces = std::map<std::string, std::string>;

// `racing` is for programs whose threads race: of each test only the places of its failures count,
// in any order.
Pieces pieces_of(const ProgramRun& run, const Surroundings& surroundings, bool racing);

inline bool is_test(const std::string& piece) { return piece[0] != '('; }

}  // namespace googletest_own
