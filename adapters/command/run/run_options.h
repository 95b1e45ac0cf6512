// The command line of `cloister run` as a value, and its --help. Used by run.cc.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include <cloister/config.h>

#include "adapters/command/run/discover.h"

namespace cloister::command {

struct RunOptions {
  std::vector<std::string> binaries;
  std::vector<std::string> flags;  // for the binaries
  std::string kind;
  std::string ask_timeout = "10s";
  Choice choice;
  bool list = false;
  bool json = false;
  bool audit = false;  // `cloister audit`: prints what the tests used, in place of the run
  bool toml = false;   // print settings; or else JSON
  bool cmake = false;  // print the list as cloister_discover_tests() needs it
  std::string jobs;
  bool fail_fast = false;
  bool require = false;
  std::string junit;
  int skip_status = 0;
  std::string config_file;
  std::string profile;
  std::vector<std::string> overrides{};
  CellConfig cell;                        // checked, and otherwise unused:
  std::vector<std::string> cell_flags{};  // the same as "--cloister_memory=64M"
};

void declare(CLI::App& run, RunOptions& options);
// Call it after parsing. Does the checks that need more than one option. Throws CLI::ParseError.
void complete(const CLI::App& run, RunOptions& options);

std::string run_help();
std::string audit_help();

}  // namespace cloister::command
