// `cloister exec`: one command in a cell, with the caller's streams, terminal and signals.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <vector>

namespace cloister::command {

// The exit status after a command line that makes no sense.
inline constexpr int kWrongUsage = 2;

// If the command line names it, sets `chosen` to its action. `command` is what follows "--"; both
// must outlive the parsing.
void add_exec(CLI::App& app, const std::vector<std::string>& command, std::function<int()>& chosen);

}  // namespace cloister::command
