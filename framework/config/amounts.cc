#include "framework/config/amounts.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <span>

namespace cloister {
namespace {

constexpr std::uint64_t kMostCpus =
    CPU_SETSIZE;  // what sched_setaffinity(2) takes without allocating
// The largest amounts: as nanoseconds, times still fit 64 bits; two sizes may be added.
constexpr double kLongestTime = 1e12;  // milliseconds
constexpr double kLargestSize = 9e18;  // bytes

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

// In the smallest unit of the table; nothing when that is more than `most`.
std::optional<double> parse_with_unit(std::string_view text,
                                      std::span<const std::pair<std::string_view, double>> table,
                                      double most) {
  const auto amount = parse_amount(text);
  if (!amount) return std::nullopt;
  const auto unit =
      std::ranges::find(table, amount->second, &std::pair<std::string_view, double>::first);
  if (unit == table.end() || amount->first * unit->second > most) return std::nullopt;
  return amount->first * unit->second;
}

}  // namespace

std::optional<std::pair<double, std::string>> parse_amount(std::string_view text) {
  double amount = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (error != std::errc() || !(amount >= 0) || !std::isfinite(amount)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  while (text.starts_with(' ')) text.remove_prefix(1);
  return std::pair(amount, lower(text));
}

std::optional<Bytes> parse_bytes(std::string_view text) {
  static constexpr std::pair<std::string_view, double> kUnits[] = {{"", 1},
                                                                   {"b", 1},
                                                                   {"k", 1024.},
                                                                   {"kb", 1024.},
                                                                   {"kib", 1024.},
                                                                   {"m", 1048576.},
                                                                   {"mb", 1048576.},
                                                                   {"mib", 1048576.},
                                                                   {"g", 1073741824.},
                                                                   {"gb", 1073741824.},
                                                                   {"gib", 1073741824.}};
  const auto amount = parse_with_unit(text, kUnits, kLargestSize);
  if (!amount) return std::nullopt;
  return Bytes{static_cast<std::uint64_t>(*amount)};
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  static constexpr std::pair<std::string_view, double> kUnits[] = {
      {"", 1e3}, {"s", 1e3}, {"ms", 1}, {"m", 6e4}, {"min", 6e4}, {"h", 36e5}};
  const auto amount = parse_with_unit(text, kUnits, kLongestTime);
  if (!amount) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(*amount));
}

std::optional<bool> parse_switch(std::string_view text) {
  const std::string word = lower(text);
  if (word == "1" || word == "yes" || word == "true" || word == "on") return true;
  if (word == "0" || word == "no" || word == "false" || word == "off") return false;
  return std::nullopt;
}

std::optional<std::uint64_t> parse_count(std::string_view text, std::uint64_t most) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > most) return std::nullopt;
  return value;
}

std::optional<std::vector<int>> parse_cpu_list(std::string_view text) {
  std::vector<int> cpus;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view range = text.substr(0, comma);
    const std::size_t dash = range.find('-');
    const auto first = parse_count(range.substr(0, dash), kMostCpus - 1);
    const auto last =
        dash == std::string_view::npos ? first : parse_count(range.substr(dash + 1), kMostCpus - 1);
    if (!first || !last || *last < *first) return std::nullopt;
    for (auto cpu = *first; cpu <= *last; ++cpu) cpus.push_back(static_cast<int>(cpu));
    if (comma + 1 == text.size()) return std::nullopt;  // ends in a comma
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  if (cpus.empty()) return std::nullopt;
  return cpus;
}

std::string bytes_text(Bytes bytes) {
  static constexpr std::pair<std::uint64_t, std::string_view> kUnits[] = {
      {std::uint64_t{1} << 30, "GiB"},
      {std::uint64_t{1} << 20, "MiB"},
      {std::uint64_t{1} << 10, "KiB"}};
  for (const auto& [size, name] : kUnits) {
    if (bytes.count < size) continue;
    if (bytes.count % size == 0) return fmt::format("{} {}", bytes.count / size, name);
    return fmt::format("{:.1f} {}", static_cast<double>(bytes.count) / static_cast<double>(size),
                       name);
  }
  return fmt::format("{} bytes", bytes.count);
}

std::string duration_text(std::chrono::milliseconds duration) {
  const auto ms = duration.count();
  if (ms != 0 && ms % 60000 == 0) return fmt::format("{} min", ms / 60000);
  if (ms % 1000 == 0) return fmt::format("{} s", ms / 1000);
  return fmt::format("{} ms", ms);
}

}  // namespace cloister
