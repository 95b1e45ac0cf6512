#include "framework/kernel/number_in.h"

#include <algorithm>
#include <charconv>

namespace cloister {

std::uint64_t number_in(std::string_view text, std::string_view key) {
  while (!key.empty() && !text.empty() &&
         !(text.starts_with(key) && text.substr(key.size()).find_first_of(" \t") == 0)) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  text.remove_prefix(std::min(key.size(), text.size()));
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace cloister
