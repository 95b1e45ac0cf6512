#include "framework/config/closest_name.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace cloister {
namespace {

constexpr std::size_t kClose = 2;

// Levenshtein's, row by row.
std::size_t edit_distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < one.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < other.size(); ++j) {
      const std::size_t replaced = diagonal + (one[i] == other[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view closest_name(std::string_view name, std::span<const std::string_view> known) {
  std::string_view closest;
  std::size_t least = kClose + 1;
  for (const std::string_view each : known) {
    const std::size_t distance = edit_distance(name, each);
    if (distance >= least) continue;
    least = distance;
    closest = each;
  }
  return closest;
}

}  // namespace cloister
