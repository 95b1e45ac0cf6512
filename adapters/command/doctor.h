// `cloister doctor`: what this host can give to cells, and the cure for what it cannot, as lines to
// copy.
#pragma once

#include <CLI/App.hpp>
#include <functional>

namespace cloister::command {

// If the command line names it, sets `chosen` to its action.
void add_doctor(CLI::App& app, std::function<int()>& chosen);

}  // namespace cloister::command
