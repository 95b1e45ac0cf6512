#include "framework/config/override_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <vector>

#include "framework/config/closest_name.h"
#include "framework/config/settings.h"

namespace cloister {
namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// "memory" of "memory=2G"; "" where there is no '='.
std::string_view name_in(std::string_view piece) {
  const std::size_t equals = piece.find('=');
  return equals == std::string_view::npos ? "" : trimmed(piece.substr(0, equals));
}

std::string no_such_setting(std::string_view name) {
  const auto names = std::views::transform(settings(), &Setting::name);
  const std::vector<std::string_view> known(names.begin(), names.end());
  const std::string_view closest = closest_name(name, known);
  return fmt::format("settings of tests, and '{}' is none{}", name,
                     closest.empty() ? "" : fmt::format("; did you mean '{}'?", closest));
}

// "memory=2G" and its like, each with the rest of its list.
std::vector<std::string> assignments(std::string_view text) {
  std::vector<std::string> found;
  for (const auto part : text | std::views::split(',')) {
    const std::string_view piece(part.begin(), part.end());
    const Setting* before = found.empty() ? nullptr : setting_named(name_in(found.back()));
    const bool goes_on =
        before != nullptr && before->is_list && setting_named(name_in(piece)) == nullptr;
    if (goes_on) {
      found.back() += fmt::format(",{}", trimmed(piece));
    } else {
      found.emplace_back(trimmed(piece));
    }
  }
  return found;
}

}  // namespace

std::expected<ConfigOverride, std::string> parse_override(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::size_t colon = text.substr(0, equals).rfind(':');
  if (equals == std::string_view::npos || colon == std::string_view::npos ||
      trimmed(text.substr(0, colon)).empty())
    return std::unexpected(std::string(kOverrideTakes));
  const std::string filter(trimmed(text.substr(0, colon)));
  ConfigOverride override{TestPattern(filter), {}, filter};
  for (const std::string& each : assignments(text.substr(colon + 1))) {
    const std::string_view name = name_in(each);
    if (name.empty()) return std::unexpected(std::string(kOverrideTakes));
    const Setting* setting = setting_named(name);
    if (setting == nullptr) return std::unexpected(no_such_setting(name));
    const std::string_view value = trimmed(std::string_view(each).substr(each.find('=') + 1));
    if (!setting->parse(value, override.config))
      return std::unexpected(fmt::format("for '{}' {}", name, setting->allowed));
  }
  return override;
}

}  // namespace cloister
