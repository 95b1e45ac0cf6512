// Which tests an override is for: a filter with the meaning that GoogleTest gives to
// --gtest_filter, matched against the full name "Suite.Test".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cloister {

// "A*:B.?-*Slow:*Big": names that match a pattern before the first '-' and none behind it. '*' is
// any text, '?' any character; without patterns before a '-' those are "*".
class TestPattern {
 public:
  explicit TestPattern(std::string_view filter);
  bool matches(std::string_view full_name) const;

 private:
  std::vector<std::string> positive_;
  std::vector<std::string> negative_;
};

}  // namespace cloister
