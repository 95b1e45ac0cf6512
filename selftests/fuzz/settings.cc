// Any text as the value of a setting, which the first byte chooses; beyond the settings it chooses
// a filter of test names and a name, with a line end between them.
#include "framework/config/settings.h"

#include <cmath>

#include "framework/config/test_pattern.h"
#include "selftests/fuzz/oracle.h"

namespace cloister {
namespace {

using fuzz::require;
using namespace std::chrono_literals;

void check_amounts(std::string_view text) {
  if (const auto time = parse_duration(text)) {
    require(*time >= 0ms && *time <= 1'000'000'000s, "a time is within its bounds", text);
    require(parse_duration(duration_text(*time)) == time, "a time can be read in its own words",
            duration_text(*time));
  }
  if (const auto size = parse_bytes(text)) {
    require(size->count <= 9'000'000'000'000'000'000U, "a size is within its bounds", text);
    const std::string words = bytes_text(*size);
    const auto copy = parse_bytes(words.substr(0, words.find("bytes")));
    require(words.ends_with(" bytes") || copy.has_value(), "a size can be read in its own words",
            words);
    if (copy && size->count > 1024) {
      const double ratio = static_cast<double>(copy->count) / static_cast<double>(size->count);
      require(std::abs(ratio - 1) < 0.05, "a size is about what its words say", words);
    }
  }
}

void check_setting(const Setting& setting, std::string_view text) {
  CellConfig config;
  if (!setting.parse(text, config)) {
    require(encode(config) == encode(CellConfig{}), "a text that is refused changes nothing", text);
    return;
  }
  fuzz::require_round_trip(config);
  require(encode(config) != encode(CellConfig{}), "a text that is taken sets the field", text);
  CellConfig again = config;
  require(setting.parse(text, again) && encode(again) == encode(config),
          "a text means the same twice", text);
  require(encode(overlay(config, CellConfig{})) == encode(config),
          "an empty layer changes nothing");
  require(encode(overlay(CellConfig{}, config)) == encode(config), "a layer is all that it says");
  check_amounts(text);
}

// The meaning of a glob, without any cleverness.
bool glob(std::string_view pattern, std::string_view name) {
  std::vector<bool> matches(name.size() + 1);
  matches[0] = true;
  for (const char c : pattern) {
    std::vector<bool> next(name.size() + 1);
    next[0] = c == '*' && matches[0];
    for (std::size_t i = 0; i < name.size(); ++i) {
      next[i + 1] = c == '*' ? next[i] || matches[i + 1] : matches[i] && (c == '?' || c == name[i]);
    }
    matches = std::move(next);
  }
  return matches[name.size()];
}

bool any_glob(std::string_view patterns, std::string_view name) {
  for (const std::string& each : fuzz::split(patterns, ':')) {
    if (glob(each, name)) return true;
  }
  return false;
}

void check_pattern(std::string_view input) {
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view filter = input.substr(0, end);
  const std::string_view name = input.substr(std::min(end + 1, input.size()));
  const std::size_t minus = filter.find('-');
  const bool positive = any_glob(minus == 0 ? "*" : filter.substr(0, minus), name);
  const bool negative = minus != std::string_view::npos && any_glob(filter.substr(minus + 1), name);
  require(TestPattern(filter).matches(name) == (positive && !negative),
          "a filter takes the names that it says", input);
}

}  // namespace
}  // namespace cloister

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cloister;
  std::string_view input = fuzz::text_of(data, size);
  const std::size_t which = fuzz::take_byte(input) % (settings().size() + 4);
  if (which < settings().size()) {
    check_setting(settings()[which], input);
  } else {
    check_pattern(input);
  }
  return 0;
}
