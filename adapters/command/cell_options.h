// The engine's settings (framework/config/settings.h) as options of a subcommand: the setting
// "memory_high" is the option --memory-high. Used by every subcommand that makes cells.
#pragma once

#include <CLI/App.hpp>
#include <initializer_list>
#include <string>
#include <string_view>

#include <cloister/config.h>

namespace cloister::command {

// What is given on the command line lands in `config`, which must outlive the parsing. The settings
// named in `left_out` get no option.
void add_cell_options(CLI::App& app, CellConfig& config,
                      std::initializer_list<std::string_view> left_out = {});

// "memory_high" -> "--memory-high"
std::string option_name(std::string_view setting);

// "the option --memory has the value 'lots'; it takes a size such as 64M": thrown by whatever reads
// an option, and printed by main().
[[noreturn]] void refuse_value(std::string_view option, std::string_view value,
                               std::string_view allowed);

}  // namespace cloister::command
