// Settings for tests that are not there, which would be lost without a word. Names are those of all
// tests that there are, whichever of them are selected.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framework/config/config_file.h"

namespace cloister {

// "; did you mean 'StorageTest.*'?", or nothing when no name is close to one that `filter` wants.
std::string did_you_mean(std::string_view filter, std::span<const std::string_view> names);

// A sentence for each override that matches none of `names` and is not optional. `where` is the
// file that they are from, or the option.
std::vector<std::string> unmatched_overrides(std::string_view where,
                                             std::span<const ConfigOverride> overrides,
                                             std::span<const std::string_view> names);

}  // namespace cloister
