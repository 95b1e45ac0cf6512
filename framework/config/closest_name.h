// "did you mean ...?" for mistyped names.
#pragma once

#include <span>
#include <string_view>

namespace cloister {

// The known name that takes the fewest inserted, removed or replaced letters to get from `name`;
// empty if it takes more than two.
std::string_view closest_name(std::string_view name, std::span<const std::string_view> known);

}  // namespace cloister
