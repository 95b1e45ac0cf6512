// `cloister doctor`: what this host can give to cells, and the cure for what it cannot, as lines to
// copy.
#pragma once

#include <CLI/App.hpp>
#include <functional>

namespace cloister::command {

// When the command line names it, `chosen` becomes what to do.
void add_doctor(CLI::App& app, std::function<int()>& chosen);

}  // namespace cloister::command
