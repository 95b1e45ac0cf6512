#include "adapters/googletest/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "framework/config/settings.h"

namespace cloister::googletest {
namespace {

constexpr std::string_view kFlag = "--cloister";
constexpr int kMostJobs = 400;

struct RunOption {
  std::string_view name;  // "" is --cloister itself
  std::string_view allowed;
  std::string_view what;
  bool (*parse)(std::string_view text, Options& into);
};

template <bool Options::* field>
bool parse_yes_no(std::string_view text, Options& into) {
  const auto value = parse_switch(text);
  if (value) into.*field = *value;
  return value.has_value();
}

bool parse_jobs(std::string_view text, Options& into) {
  if (text == "auto") {
    into.jobs = 0;
    return true;
  }
  const auto count = parse_count(text, kMostJobs);
  if (!count || *count == 0) return false;
  into.jobs = static_cast<int>(*count);
  return true;
}

bool parse_exit(std::string_view text, Options& into) {
  into.static_destructors = text == "exit";
  return text == "exit" || text == "_exit";
}

constexpr auto kRunOptions = std::to_array<RunOption>({
    {"", "on or off", "off runs the tests in this process, as without Cloister (default on)",
     parse_yes_no<&Options::enabled>},
    {"jobs", "a whole number from 1 to 400, or 'auto'",
     "tests that run at once (default auto: one per processor)", parse_jobs},
    {"explain", "1 or 0", "print the plan of each selected test and run nothing",
     parse_yes_no<&Options::explain>},
    {"require", "1 or 0", "fail every test when this host lacks anything a default cell has",
     parse_yes_no<&Options::require>},
    {"exit", "_exit or exit",
     "how a test's process ends; exit runs static destructors, in every test (default _exit)",
     parse_exit},
});

// Nothing when there is no option of that name.
std::optional<bool> apply(std::string_view name, std::string_view value, Options& options,
                          std::string_view& allowed) {
  for (const RunOption& option : kRunOptions) {
    if (option.name != name) continue;
    allowed = option.allowed;
    return option.parse(value, options);
  }
  for (const Setting& setting : settings()) {
    if (setting.name != name) continue;
    allowed = setting.allowed;
    return setting.parse(value, options.config);
  }
  return std::nullopt;
}

std::string variable_name(std::string_view option) {
  std::string name = option.empty() ? "CLOISTER" : fmt::format("CLOISTER_{}", option);
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
  return name;
}

template <typename Use>
void for_each_name(Use use) {
  for (const RunOption& option : kRunOptions) use(option.name, option.what);
  for (const Setting& setting : settings()) use(setting.name, setting.what);
}

std::string wrong_value(std::string_view what, std::string_view value, std::string_view allowed) {
  return fmt::format("cloister: {} has the value '{}'; it takes {}", what, value, allowed);
}

std::string apply_environment(const GetEnvironment& environment, Options& options) {
  std::string error;
  for_each_name([&](std::string_view name, std::string_view) {
    const std::string variable = variable_name(name);
    const char* value = environment(variable.c_str());
    std::string_view allowed;
    if (value == nullptr || !error.empty() || *apply(name, value, options, allowed)) return;
    error = wrong_value("the environment variable " + variable, value, allowed);
  });
  return error;
}

std::string apply_flag(std::string_view argument, Options& options) {
  const std::size_t equals = argument.find('=');
  const std::string_view flag = argument.substr(0, equals);
  // A flag by itself is a switch turned on, as with GoogleTest's own.
  const std::string_view value =
      equals == std::string_view::npos ? "1" : argument.substr(equals + 1);
  std::string_view name = flag.substr(kFlag.size());
  if (name.starts_with('_')) name.remove_prefix(1);
  std::string_view allowed;
  const auto applied = apply(name, value, options, allowed);
  if (!applied)
    return fmt::format("cloister: there is no flag {}; --help lists those there are", flag);
  return *applied ? "" : wrong_value(fmt::format("the flag {}", flag), value, allowed);
}

bool is_ours(std::string_view argument) {
  if (!argument.starts_with(kFlag)) return false;
  const std::string_view rest = argument.substr(kFlag.size());
  return rest.empty() || rest.front() == '=' || rest.front() == '_';
}

}  // namespace

std::expected<Options, std::string> parse_options(const std::vector<std::string>& arguments,
                                                  const GetEnvironment& environment) {
  Options options;
  std::string error = apply_environment(environment, options);
  for (const std::string& argument : arguments) {
    if (!error.empty()) break;
    if (argument == "--") break;
    if (is_ours(argument)) error = apply_flag(argument, options);
  }
  if (!error.empty()) return std::unexpected(error);
  return options;
}

std::string options_help() {
  std::string text =
      "\nCloister runs each test in its own cell. Flags, each also as an environment variable "
      "(--cloister_memory=64M is CLOISTER_MEMORY=64M):\n";
  for_each_name([&text](std::string_view name, std::string_view what) {
    text +=
        fmt::format("  {:<24} {}\n",
                    name.empty() ? std::string(kFlag) : fmt::format("{}_{}", kFlag, name), what);
  });
  return text;
}

}  // namespace cloister::googletest
