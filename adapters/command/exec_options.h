// The command line of `cloister exec` as a value, and its options. Names are unshare(1)'s where it
// has one: docs/COMMAND.md has the table.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "framework/plan/request.h"

namespace cloister::command {

struct ExecOptions {
  CellRequest request;
  std::vector<std::string> command;
  std::vector<std::string> environment;  // NAME=VALUE, or NAME to take it from the caller
  bool clear_environment = false;
  bool terminal = false;  // -t: a pseudo-terminal for the command
  bool explain = false;
  bool quiet = false;    // no notes
  bool require = false;  // no cell without everything that a default cell has
  std::string report_file;
};

// Parsing writes what the command line gives into `options`, which must outlive it.
void add_exec_options(CLI::App& app, ExecOptions& options);

// The environment that the command gets.
std::vector<std::string> environment_of(const ExecOptions& options);

}  // namespace cloister::command
