#include "framework/config/unmatched.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "framework/config/closest_name.h"

namespace cloister {

std::string did_you_mean(std::string_view filter, std::span<const std::string_view> names) {
  // A pattern is as close to a test as to all tests of a suite.
  std::set<std::string> suites;
  for (const std::string_view name : names) {
    if (const std::size_t dot = name.find('.'); dot != std::string_view::npos)
      suites.insert(std::string(name.substr(0, dot)) + ".*");
  }
  std::vector<std::string_view> known(names.begin(), names.end());
  known.insert(known.end(), suites.begin(), suites.end());
  std::string_view wanted = filter.substr(0, filter.find('-'));
  while (!wanted.empty()) {
    const std::size_t colon = std::min(wanted.find(':'), wanted.size());
    const std::string_view closest = closest_name(wanted.substr(0, colon), known);
    if (!closest.empty()) return fmt::format("; did you mean '{}'?", closest);
    wanted.remove_prefix(std::min(colon + 1, wanted.size()));
  }
  return "";
}

namespace {

// A filter in a file that matches nothing; `whose` it is: "this override".
std::string unmatched_words(std::string_view file, const Place& place, std::string_view filter,
                            std::string_view whose, std::span<const std::string_view> names) {
  const std::string meant = did_you_mean(filter, names);
  return fmt::format(
      "{}:{}:{}: the filter '{}' of {} matches no test{}", file, place.line, place.column, filter,
      whose,
      meant.empty() ? "; 'optional = true' beside it allows that, in a file of several programs"
                    : meant);
}

bool matches_any(const TestPattern& tests, std::span<const std::string_view> names) {
  return std::ranges::any_of(names, [&tests](auto name) { return tests.matches(name); });
}

}  // namespace

std::vector<std::string> unmatched_overrides(std::string_view where,
                                             std::span<const ConfigOverride> overrides,
                                             std::span<const std::string_view> names) {
  std::vector<std::string> sentences;
  for (const ConfigOverride& one : overrides) {
    if (one.optional || matches_any(one.tests, names)) continue;
    sentences.push_back(
        one.place.line == 0  // none of a file
            ? fmt::format("the filter '{}' of {} matches no test{}", one.filter, where,
                          did_you_mean(one.filter, names))
            : unmatched_words(where, one.place, one.filter, "this override", names));
  }
  return sentences;
}

std::vector<std::string> unmatched_services(std::string_view file,
                                            std::span<const SharedService> services,
                                            std::span<const std::string_view> names) {
  std::vector<std::string> sentences;
  for (const SharedService& one : services) {
    if (one->optional || matches_any(one->tests, names)) continue;
    sentences.push_back(unmatched_words(file, one->place, one->filter, "this service", names));
  }
  return sentences;
}

}  // namespace cloister
