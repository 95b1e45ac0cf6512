// The content of a cloister.toml, as a plain value. Takes the text and knows nothing of the file
// system (find_config.h). Options of the whole run stay text, for the adapter or command that has a
// table of them.
#pragma once

#include <expected>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cloister/config.h>

#include "framework/config/place.h"
#include "framework/config/service.h"
#include "framework/config/test_pattern.h"

namespace cloister {

// `jobs = 8`
struct RunOptionText {
  std::string name;
  std::string text;
  Place place;  // of the value
};

// [[override]]
struct ConfigOverride {
  TestPattern tests;
  CellConfig config;
  std::string filter{};   // the text that `tests` is made from
  Place place{};          // of the filter
  bool optional = false;  // may match no test
};

// The top level, or a [profile.NAME].
struct ConfigLayer {
  CellConfig config;
  std::vector<RunOptionText> run_options;  // in the file's order
  std::vector<ConfigOverride> overrides;   // in the file's order: a later one wins
  std::vector<SharedService> services{};   // in the file's order, in which they are started
};

struct ConfigFile {
  std::string name;
  ConfigLayer top;
  std::map<std::string, ConfigLayer, std::less<>> profiles;
};

// `run_options` are the names that are allowed besides those of the settings. The error is a
// sentence for the author of the file, "NAME:LINE:COLUMN: ...". No call has failed, so it is no
// Error.
std::expected<ConfigFile, std::string> parse_config(std::string_view text, std::string_view name,
                                                    std::span<const std::string_view> run_options);

// "NAME:LINE:COLUMN: the setting 'jobs' has the value '0'; it takes a whole number"
std::string wrong_value_in(std::string_view file, const Place& place, std::string_view setting,
                           std::string_view value, std::string_view allowed);

}  // namespace cloister
