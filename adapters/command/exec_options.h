// What `cloister exec` is told, and the options that tell it. unshare(1)'s names where it has one:
// docs/COMMAND.md has the table.
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
  bool require = false;  // no cell without everything that a default one has
  std::string report_file;
};

// What is given on the command line lands in `options`, which must outlive the parsing.
void add_exec_options(CLI::App& app, ExecOptions& options);

// The environment that the command gets.
std::vector<std::string> environment_of(const ExecOptions& options);

}  // namespace cloister::command
