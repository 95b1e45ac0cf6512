// What a person at the keyboard sets for some tests: "Storage.*: deadline=none, memory=2G".
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "framework/config/config_file.h"

namespace cloister {

inline constexpr std::string_view kOverrideTakes =
    "a filter, a colon and settings, such as 'Storage.*: deadline=none, memory=2G'";

// The last ':' before the first '=' ends the filter. A comma ends a value, but in a list only where
// the name of a setting and '=' follow. The error goes on after "it takes".
std::expected<ConfigOverride, std::string> parse_override(std::string_view text);

}  // namespace cloister
