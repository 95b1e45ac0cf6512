// Any text as a cloister.toml.
#include "framework/config/config_file.h"

#include <algorithm>
#include <optional>

#include "selftests/fuzz/oracle.h"

namespace cloister {
namespace {

using fuzz::contains;
using fuzz::require;

constexpr std::string_view kRunOptions[] = {"jobs", "require"};

void describe(const ConfigLayer& layer, std::string& into) {
  fuzz::require_round_trip(layer.config);
  into += encode(layer.config);
  for (const auto& [name, text, place] : layer.run_options) {
    require(std::ranges::find(kRunOptions, name) != std::end(kRunOptions),
            "an option of the run is one of those there are", name);
    into += name + "=" + text + "\n";
  }
  for (const ConfigOverride& override : layer.overrides) {
    fuzz::require_round_trip(override.config);
    into += "override " + encode(override.config);
  }
}

std::string description(const ConfigFile& file) {
  std::string text;
  describe(file.top, text);
  for (const auto& [name, layer] : file.profiles) {
    text += "profile " + name + "\n";
    describe(layer, text);
  }
  return text;
}

// Behind "c.toml:".
std::size_t number_of(std::string_view& text) {
  const auto end = std::min(text.find(':'), text.size());
  const auto number = parse_count(text.substr(0, end), 1'000'000);
  text.remove_prefix(std::min(end + 1, text.size()));
  return number.value_or(0);
}

void check_complaint(std::string_view text, std::string_view complaint) {
  require(complaint.starts_with("c.toml:"), "a complaint begins with the file", complaint);
  std::string_view rest = complaint.substr(7);
  const std::size_t line = number_of(rest);
  const std::size_t column = number_of(rest);
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  require(line >= 1 && line <= lines + 1 && column >= 1, "a complaint names a place in the file",
          complaint);
  require(rest.size() > 10, "a complaint is a sentence", complaint);
  require(contains(rest, "'") || contains(rest, "this is not TOML") ||
              contains(rest, "no filter") || contains(rest, "no command") ||
              contains(rest, "nests too deep") || contains(rest, "a second time"),
          "a complaint names what it is about", complaint);
}

}  // namespace
}  // namespace cloister

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cloister;
  const std::string_view text = fuzz::text_of(data, size);
  const auto file = parse_config(text, "c.toml", kRunOptions);
  if (!file) {
    check_complaint(text, file.error());
    return 0;
  }
  const auto again = parse_config(std::string(text) + "\n# a remark\n", "c.toml", kRunOptions);
  fuzz::require(again.has_value(), "a remark behind a file is no error",
                again ? "" : again.error());
  fuzz::require(description(*again) == description(*file), "a remark changes nothing");
  return 0;
}
