// What a run was told by environment and flags.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <vector>

#include <cloister/config.h>

namespace cloister::googletest {

struct Options {
  bool enabled = true;              // --cloister=off runs plain
  int jobs = 0;                     // guests at once; 0 is one per processor
  bool explain = false;             // print plans, run nothing
  bool require = false;             // a lost default fails every test
  bool static_destructors = false;  // guests end by exit(3), not by _exit(2)
  CellConfig config;
};

using GetEnvironment = std::function<const char*(const char*)>;

// Environment (CLOISTER_MEMORY=64M) below flags (--cloister_memory=64M). The error is one sentence
// that names the flag or variable, the value and what is allowed. Arguments that are not ours are
// passed over.
std::expected<Options, std::string> parse_options(const std::vector<std::string>& arguments,
                                                  const GetEnvironment& environment);

// The text for --help: one line per flag.
std::string options_help();

}  // namespace cloister::googletest
