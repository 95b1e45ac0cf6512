// The engine's settings (framework/config/settings.h) as options of a subcommand: the setting
// "memory_high" is the option --memory-high. Used by every subcommand that makes cells.
#pragma once

#include <CLI/App.hpp>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cloister/config.h>

namespace cloister::command {

// Parsing writes what the command line gives into `config`, which must outlive it. The settings
// named in `left_out` get no option.
void add_cell_options(CLI::App& app, CellConfig& config,
                      std::initializer_list<std::string_view> left_out = {});

// The names of the settings that the command line gave, and their values as text.
std::vector<std::pair<std::string, std::string>> given_cell_options(const CLI::App& app);

// "memory_high" -> "--memory-high"
std::string option_name(std::string_view setting);

// "the option --memory has the value 'lots'; it takes a size such as 64M": thrown by the readers of
// options, printed by main().
[[noreturn]] void refuse_value(std::string_view option, std::string_view value,
                               std::string_view allowed);

}  // namespace cloister::command
