// What a user sets for some tests on the command line: "Storage.*: deadline=none, memory=2G".
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "framework/config/config_file.h"

namespace cloister {

inline constexpr std::string_view kOverrideTakes =
    "a filter, a colon and settings, such as 'Storage.*: deadline=none, memory=2G'";

// The last ':' before the first '=' ends the filter. A comma ends a value; in a list it does so
// only if the name of a setting and '=' follow. The error is worded to follow "it takes".
std::expected<ConfigOverride, std::string> parse_override(std::string_view text);

}  // namespace cloister
