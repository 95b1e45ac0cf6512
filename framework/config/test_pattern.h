// Which tests an override applies to: a filter as in --gtest_filter, matched against the full name
// "Suite.Test".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cloister {

// What a file may say of one, for messages.
inline constexpr std::string_view kFilterTakes = "a filter of test names such as 'StorageTest.*'";
inline constexpr std::string_view kOptionalTakes =
    "true, with which the filter may match no test, or false";

// "A*:B.?-*Slow:*Big": matches a name if a pattern before the first '-' does and none after it. '*'
// is any text, '?' any character. Without patterns before a '-' every name matches there.
class TestPattern {
 public:
  explicit TestPattern(std::string_view filter);
  bool matches(std::string_view full_name) const;

 private:
  std::vector<std::string> positive_;
  std::vector<std::string> negative_;
};

}  // namespace cloister
