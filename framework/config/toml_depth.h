// How deep a TOML text nests, before it is parsed: toml++ calls itself for each level, at its end
// as well, and a text of 1 MiB can have more levels than any stack.
#pragma once

#include <optional>
#include <string_view>

#include "framework/config/config_file.h"

namespace cloister {

// Of a cloister.toml: profile.NAME.override has three names, and a list one bracket.
inline constexpr int kMostNames = 16;     // of one dotted key
inline constexpr int kMostBrackets = 16;  // open at once

// Where there is one more than that of either; nothing where there never is.
std::optional<Place> too_deep(std::string_view text);

}  // namespace cloister
