#include "adapters/command/cell_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "framework/config/settings.h"

namespace cloister::command {
namespace {

// Names that people know from other tools.
std::string alias(std::string_view setting) {
  if (setting == "processes") return ",--pids";
  if (setting == "network") return ",-n,--net,!--no-net";
  if (setting == "private_tmp") return ",!--no-private-tmp";
  return "";
}

// A switch is on by being there, or says what it is: --private-tmp=no, which is --no-private-tmp.
// So is the network: --net is one of its own with loopback. --no-net could mean the host's and none
// at all, and is refused.
bool is_switch(const Setting& setting) {
  CellConfig ignored;
  return setting.name == "network" ||
         (setting.parse("yes", ignored) && setting.parse("off", ignored) &&
          !setting.parse("neither", ignored));
}

std::string_view value_of(const Setting& setting, std::string_view text) {
  if (setting.name != "network") return text;
  return text == "true" ? "loopback" : text;
}

}  // namespace

std::string option_name(std::string_view setting) {
  std::string name = fmt::format("--{}", setting);
  std::ranges::replace(name, '_', '-');
  return name;
}

void refuse_value(std::string_view option, std::string_view value, std::string_view allowed) {
  throw CLI::ParseError(
      fmt::format("the option {} has the value '{}'; it takes {}", option, value, allowed),
      CLI::ExitCodes::ValidationError);
}

void add_cell_options(CLI::App& app, CellConfig& config,
                      std::initializer_list<std::string_view> left_out) {
  for (const Setting& setting : settings()) {
    if (std::ranges::find(left_out, setting.name) != left_out.end()) continue;
    const std::string name = option_name(setting.name);
    const auto take = [&config, &setting, name](const std::string& text) {
      if (!setting.parse(value_of(setting, text), config))
        refuse_value(name, text == "false" ? "no" : text, setting.allowed);
      return text;
    };
    const std::string what(setting.what);
    if (is_switch(setting)) {
      app.add_flag(fmt::format("{}{}", name, alias(setting.name)), what)->each(take);
    } else {
      app.add_option_function<std::string>(name + alias(setting.name), take, what);
    }
  }
}

}  // namespace cloister::command
