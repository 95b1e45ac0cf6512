// `cloister run`: runs test binaries that need not be linked with Cloister, each test in its own
// cell, in one schedule with one summary and one exit status.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <vector>

namespace cloister::command {

// If the command line names it, sets `chosen` to its action. `flags`, what followed "--", are for
// the binaries.
void add_run(CLI::App& app, const std::vector<std::string>& flags, std::function<int()>& chosen);

}  // namespace cloister::command
