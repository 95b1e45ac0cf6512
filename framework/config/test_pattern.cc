#include "framework/config/test_pattern.h"

#include <algorithm>

namespace cloister {
namespace {

// An empty text is one empty pattern, which matches no test.
std::vector<std::string> alternatives(std::string_view text) {
  std::vector<std::string> patterns;
  while (true) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    patterns.emplace_back(text.substr(0, colon));
    if (colon == text.size()) return patterns;
    text.remove_prefix(colon + 1);
  }
}

// Only the last '*' is ever tried again, so that the time is at most the product of both lengths.
bool matches_glob(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t behind_star = std::string_view::npos;
  std::size_t resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      behind_star = ++p;
      resume = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (behind_star != std::string_view::npos) {
      p = behind_star;
      n = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool matches_any(const std::vector<std::string>& patterns, std::string_view name) {
  return std::ranges::any_of(
      patterns, [name](const std::string& pattern) { return matches_glob(pattern, name); });
}

}  // namespace

TestPattern::TestPattern(std::string_view filter) {
  const std::size_t minus = filter.find('-');
  positive_ = alternatives(minus == 0 ? "*" : filter.substr(0, minus));
  if (minus != std::string_view::npos) negative_ = alternatives(filter.substr(minus + 1));
}

bool TestPattern::matches(std::string_view full_name) const {
  return matches_any(positive_, full_name) && !matches_any(negative_, full_name);
}

}  // namespace cloister
