// Finds settings for tests that do not exist, which otherwise would be ignored silently. Names are
// those of all existing tests, whether selected or not.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framework/config/config_file.h"

namespace cloister {

// "; did you mean 'StorageTest.*'?", or nothing if no name is close to one in `filter`.
std::string did_you_mean(std::string_view filter, std::span<const std::string_view> names);

// A sentence for each override that matches none of `names` and is not optional. `where` is the
// file or the option that they come from.
std::vector<std::string> unmatched_overrides(std::string_view where,
                                             std::span<const ConfigOverride> overrides,
                                             std::span<const std::string_view> names);
// The same for services.
std::vector<std::string> unmatched_services(std::string_view file,
                                            std::span<const SharedService> services,
                                            std::span<const std::string_view> names);

}  // namespace cloister
