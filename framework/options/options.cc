#include "framework/options/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <ranges>
#include <utility>

#include "framework/config/jobs.h"
#include "framework/config/override_text.h"
#include "framework/config/settings.h"

namespace cloister {
namespace {

constexpr std::string_view kFlag = "--cloister";
constexpr std::string_view kOverrideOption = "override";

struct RunOption {
  std::string_view name;  // "" is --cloister itself
  std::string_view allowed;
  std::string_view what;
  bool (*parse)(std::string_view text, Options& into);
  bool in_file = false;  // whether it may stand in a cloister.toml
};

template <bool Options::* field>
bool parse_yes_no(std::string_view text, Options& into) {
  const auto value = parse_switch(text);
  if (value) into.*field = *value;
  return value.has_value();
}

bool parse_jobs(std::string_view text, Options& into) {
  into.fill_processors = text == "auto";
  if (text == "auto" || text == "processors") {
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

bool parse_launch(std::string_view text, Options& into) {
  into.launch = text == "fork" ? Launch::kFork : text == "exec" ? Launch::kExec : Launch::kAuto;
  return text == "fork" || text == "exec" || text == "auto";
}

template <std::string Options::* field>
bool parse_name(std::string_view text, Options& into) {
  into.*field = text;
  return !text.empty();
}

bool parse_override_option(std::string_view text, Options& into) {
  auto override = parse_override(text);
  if (override) {
    into.overrides.push_back(std::move(*override));
  } else {
    into.wrong_override = override.error();
  }
  return override.has_value();
}

constexpr auto kRunOptions = std::to_array<RunOption>({
    {"", "on or off", "off runs the tests in this process, as without Cloister (default on)",
     parse_yes_no<&Options::enabled>},
    {"jobs", "a whole number from 1 to 2000, 'processors' or 'auto'",
     "tests that run at once; 'auto': more than processors while these are idle (default "
     "processors)",
     parse_jobs, true},
    {"explain", "1 or 0", "print the plan of each selected test and run nothing",
     parse_yes_no<&Options::explain>},
    {"require", "1 or 0", "fail every test when this host lacks anything a default cell has",
     parse_yes_no<&Options::require>, true},
    {"ledger", "1 or 0", "record what each test used as properties, for XML and JSON",
     parse_yes_no<&Options::ledger>, true},
    {"timing", "1 or 0", "print what each part of a cell cost: median and 95th percentile",
     parse_yes_no<&Options::timing>, true},
    {"doctor", "1 or 0", "print what this host can give, with cures, and run nothing",
     parse_yes_no<&Options::doctor>},
    {"exit", "_exit or exit",
     "how a test's process ends; exit runs static destructors, in every test (default _exit)",
     parse_exit, true},
    {"launch", "auto, fork or exec",
     "how a test's process begins: as a fork of the run, or by exec, from main() on; 'auto' uses "
     "exec when forks would lack or share what exists before the run (default auto)",
     parse_launch, true},
    {"config", "a file's name, or 'none'",
     "settings for the run (default: the nearest cloister.toml from the working directory upward)",
     parse_name<&Options::config_name>},
    {"profile", "the name of a profile in the file", "the [profile.NAME] to take from that file",
     parse_name<&Options::profile>},
    {kOverrideOption, kOverrideTakes,
     "settings for the tests that a filter matches; they override code; may be repeated",
     parse_override_option},
});

// Nothing when there is no option of that name.
std::optional<bool> apply(std::string_view name, std::string_view value, Options& options,
                          std::string_view& allowed) {
  for (const RunOption& option : kRunOptions) {
    if (option.name != name) continue;
    const bool right = option.parse(value, options);
    allowed = name == kOverrideOption && !right ? options.wrong_override : option.allowed;
    return right;
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
  std::string_view name = flag.substr(kFlag.size());
  if (name.starts_with('_')) name.remove_prefix(1);
  const std::string_view alone =
      name == "config" || name == "profile" || name == kOverrideOption ? "" : "1";
  const std::string_view value =
      equals == std::string_view::npos ? alone : argument.substr(equals + 1);
  std::string_view allowed;
  const auto applied = apply(name, value, options, allowed);
  if (!applied) return fmt::format("cloister: there is no flag {}; --help lists all flags", flag);
  return *applied ? "" : wrong_value(fmt::format("the flag {}", flag), value, allowed);
}

bool is_ours(std::string_view argument) {
  if (!argument.starts_with(kFlag)) return false;
  const std::string_view rest = argument.substr(kFlag.size());
  return rest.empty() || rest.front() == '=' || rest.front() == '_';
}

std::string apply_environment_and_flags(const std::vector<std::string>& arguments,
                                        const GetEnvironment& environment, Options& options) {
  std::string error = apply_environment(environment, options);
  const CellConfig from_environment = std::exchange(options.config, {});
  for (const std::string& argument : arguments) {
    if (!error.empty()) break;
    if (argument == "--") break;
    if (is_ours(argument)) error = apply_flag(argument, options);
  }
  options.from_flags = std::exchange(options.config, from_environment);
  options.config = overlay(options.config, options.from_flags);
  return error;
}

// Who named the file or the profile: the flag where there is one, for flags win.
std::string who_named(std::string_view name, const std::vector<std::string>& arguments) {
  const std::string flag = flag_of(name);
  for (const std::string& argument : arguments) {
    if (argument == "--") break;
    if (std::string_view(argument).substr(0, argument.find('=')) == flag) return "the flag " + flag;
  }
  return "the environment variable " + variable_name(name);
}

std::expected<std::optional<ConfigFile>, std::string> load_file(
    const std::string& named, const std::vector<std::string>& arguments, const ReadConfig& read) {
  const auto text = read(named);
  if (!text) {
    Error error = text.error();
    if (named.empty()) {
      error.hint = "--cloister_config=none runs without it";
    } else {
      error.doing += fmt::format(", which {} names", who_named("config", arguments));
    }
    return std::unexpected("cloister: " + error.text());
  }
  if (!*text) return std::nullopt;
  std::vector<std::string_view> run_options;
  for (const RunOption& option : kRunOptions) {
    if (option.in_file) run_options.push_back(option.name);
  }
  auto file = parse_config((*text)->text, (*text)->name, run_options);
  if (!file) return std::unexpected("cloister: " + file.error());
  return std::move(*file);
}

std::string apply_layer(const ConfigFile& file, const ConfigLayer& layer, Options& options) {
  for (const auto& [name, text, place] : layer.run_options) {
    std::string_view allowed;
    if (!*apply(name, text, options, allowed))
      return "cloister: " + wrong_value_in(file.name, place, name, text, allowed);
  }
  options.file.config = overlay(options.file.config, layer.config);
  options.file.overrides.insert(options.file.overrides.end(), layer.overrides.begin(),
                                layer.overrides.end());
  options.file.services.insert(options.file.services.end(), layer.services.begin(),
                               layer.services.end());
  return "";
}

// A profile that was not chosen must be right all the same.
std::string apply_file(const ConfigFile& file, std::string_view chosen, Options& options) {
  options.file.name = file.name;
  std::string error = apply_layer(file, file.top, options);
  for (const auto& [name, profile] : file.profiles) {
    Options unused;
    if (error.empty()) error = apply_layer(file, profile, name == chosen ? options : unused);
  }
  return error;
}

std::string no_such_profile(const Options& told, const std::vector<std::string>& arguments,
                            const std::optional<ConfigFile>& file) {
  std::string why;
  if (!file && told.config_name.empty()) {
    why = "there is no cloister.toml in the working directory or above it";
  } else if (!file) {
    why = fmt::format("{} says that no file is read", who_named("config", arguments));
  } else if (file->profiles.empty()) {
    why = file->name + " has no profiles";
  } else {
    const auto names = std::views::keys(file->profiles);
    const std::vector<std::string_view> list(names.begin(), names.end());
    why = fmt::format("those of {} are {}", file->name, fmt::join(list, ", "));
  }
  return fmt::format("cloister: {} names the profile '{}', but {}", who_named("profile", arguments),
                     told.profile, why);
}

}  // namespace

std::expected<Options, std::string> parse_options(const std::vector<std::string>& arguments,
                                                  const GetEnvironment& environment,
                                                  const ReadConfig& read) {
  // Read twice: they name the file, and they win over what it says.
  Options told;
  std::string error = apply_environment_and_flags(arguments, environment, told);
  if (!error.empty()) return std::unexpected(error);
  const auto file = load_file(told.config_name, arguments, read);
  if (!file) return std::unexpected(file.error());
  if (!told.profile.empty() && (!*file || !(*file)->profiles.contains(told.profile)))
    return std::unexpected(no_such_profile(told, arguments, *file));
  Options options;
  if (*file) error = apply_file(**file, told.profile, options);
  if (error.empty()) error = apply_environment_and_flags(arguments, environment, options);
  if (!error.empty()) return std::unexpected(error);
  return options;
}

CellConfig config_of_run(const Options& run, std::string_view full_name,
                         const CellConfig& in_code) {
  CellConfig config;
  const auto lay = [&config](const CellConfig& layer) { config = overlay(config, layer); };
  for_each_layer(
      run, full_name, [&] { lay(in_code); }, [&](const CellConfig& layer, auto) { lay(layer); });
  return config;
}

std::vector<SharedService> services_of(const Options& run, std::string_view full_name) {
  return services_of_any(run,
                         [&](const TestPattern& pattern) { return pattern.matches(full_name); });
}

std::vector<SharedService> services_of_any(
    const Options& run, const std::function<bool(const TestPattern& pattern)>& is_any) {
  std::vector<SharedService> needed;
  std::ranges::copy_if(run.file.services, std::back_inserter(needed),
                       [&](const SharedService& service) { return is_any(service->tests); });
  return needed;
}

std::string flag_of(std::string_view setting) { return fmt::format("{}_{}", kFlag, setting); }

std::string options_help() {
  std::string text =
      "\nCloister runs each test in its own cell. Flags, each also as an environment variable "
      "(--cloister_memory=64M is CLOISTER_MEMORY=64M):\n";
  for_each_name([&text](std::string_view name, std::string_view what) {
    text += fmt::format("  {:<24} {}\n", name.empty() ? std::string(kFlag) : flag_of(name), what);
  });
  return text;
}

}  // namespace cloister
