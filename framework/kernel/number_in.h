// Numbers from the small text files of /proc and cgroupfs.
#pragma once

#include <cstdint>
#include <string_view>

namespace cloister {

// The number after "key" and blanks at the start of a line, or the first number if there is no key.
// 0 if it is not there.
std::uint64_t number_in(std::string_view text, std::string_view key = {});

}  // namespace cloister
