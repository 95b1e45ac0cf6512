// `cloister run`: test binaries that need not be linked with Cloister, each test in its own cell,
// all of them in one schedule with one summary and one exit status.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <vector>

namespace cloister::command {

// When the command line names it, `chosen` becomes what to do. `flags`, what stood behind "--", is
// for the binaries.
void add_run(CLI::App& app, const std::vector<std::string>& flags, std::function<int()>& chosen);

}  // namespace cloister::command
