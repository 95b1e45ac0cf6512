// Any command line, environment and configuration file. A line of the input is an argument, or, as
// CLOISTER_...=, a variable; what stands behind the first empty line is the file.
#include "framework/options/options.h"

#include <algorithm>
#include <map>

#include "selftests/fuzz/oracle.h"

namespace cloister {
namespace {

using fuzz::contains;
using fuzz::require;

struct Input {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  std::string file;
};

Input told_by(std::string_view input) {
  Input told;
  const std::size_t end = std::min(input.find("\n\n"), input.size());
  told.file = input.substr(std::min(end + 2, input.size()));
  for (std::string& line : fuzz::split(input.substr(0, end), '\n')) {
    // Neither holds a zero: execve(2).
    std::erase(line, '\0');
    const std::size_t equals = line.find('=');
    if (line.starts_with("CLOISTER") && equals != std::string::npos) {
      told.environment[line.substr(0, equals)] = line.substr(equals + 1);
    } else {
      told.arguments.push_back(std::move(line));
    }
  }
  return told;
}

std::expected<Options, std::string> parse(const Input& told) {
  return parse_options(
      told.arguments,
      [&](const char* name) {
        const auto found = told.environment.find(name);
        return found == told.environment.end() ? nullptr : found->second.c_str();
      },
      [&](const std::string& named) -> Result<std::optional<ConfigText>> {
        if (named == "none" || (named.empty() && told.file.empty())) return std::nullopt;
        if (named == "missing") return std::unexpected(Error{"read 'missing'", 2, ""});
        return ConfigText{"c.toml", told.file};
      });
}

std::string description(const Options& options) {
  std::string text = encode(options.config) + encode(options.file.config);
  for (const ConfigOverride& override : options.file.overrides) text += encode(override.config);
  for (const bool flag :
       {options.enabled, options.explain, options.require, options.ledger, options.timing,
        options.doctor, options.static_destructors, options.fill_processors})
    text += flag ? '1' : '0';
  text += std::to_string(options.jobs) + std::to_string(static_cast<int>(options.launch));
  return text + options.config_name + "\n" + options.profile + "\n" + options.file.name;
}

void check_complaint(const Input& told, std::string_view complaint) {
  require(complaint.starts_with("cloister: ") && complaint.size() > 30, "an error is a sentence",
          complaint);
  bool named = contains(complaint, "c.toml:") || contains(complaint, "missing");
  for (const std::string& argument : told.arguments) {
    const std::string flag = argument.substr(0, argument.find('='));
    named |= flag.starts_with("--cloister") && contains(complaint, flag);
  }
  for (const auto& [variable, value] : told.environment) named |= contains(complaint, variable);
  require(named, "an error names the flag, the variable or the file", complaint);
}

}  // namespace
}  // namespace cloister

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cloister;
  using namespace cloister;
  Input told = told_by(fuzz::text_of(data, size));
  const auto options = parse(told);
  if (!options) {
    check_complaint(told, options.error());
    return 0;
  }
  fuzz::require_round_trip(options->config);
  fuzz::require(options->jobs >= 0 && options->jobs <= 2000, "jobs are within their bounds");
  // What stands behind "--", and what is not ours, says nothing.
  const auto end = std::ranges::find(told.arguments, "--");
  told.arguments.erase(end, told.arguments.end());
  std::erase_if(told.arguments,
                [](const std::string& argument) { return !argument.starts_with("--cloister"); });
  const auto again = parse(told);
  fuzz::require(again.has_value() && description(*again) == description(*options),
                "other programs' arguments change nothing");
  return 0;
}
