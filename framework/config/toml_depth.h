// How deep a TOML text nests, checked before it is parsed. toml++ recurses for each level, also in
// its destructors, and a text of 1 MiB can have more levels than any stack.
#pragma once

#include <optional>
#include <string_view>

#include "framework/config/config_file.h"

namespace cloister {

// For a cloister.toml: profile.NAME.override has three names, and a list has one bracket.
inline constexpr int kMostNames = 16;     // of one dotted key
inline constexpr int kMostBrackets = 16;  // open at once

// The first place that exceeds either limit; nothing if there is none.
std::optional<Place> too_deep(std::string_view text);

}  // namespace cloister
