// Sizes, times, switches and counts as people write them, and as messages show them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cloister/units.h>

namespace cloister {

// Splits "1.5 GiB" into 1.5 and "gib". Nothing if the text does not begin with an amount.
std::optional<std::pair<double, std::string>> parse_amount(std::string_view text);

// "64M", "64MiB", "1g", "512 KiB", "1000": powers of 1024, at most 9e18 bytes. Nothing for
// anything else.
std::optional<Bytes> parse_bytes(std::string_view text);
// "90", "90s", "1.5s", "250ms", "2m", "1h": seconds if there is no unit, at most 1e9. Nothing for
// anything else.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
std::optional<bool> parse_switch(std::string_view text);
// Decimal digits and nothing else, at most `most`.
std::optional<std::uint64_t> parse_count(std::string_view text, std::uint64_t most);

// "0-3,6": the processors' numbers. Nothing for anything else.
std::optional<std::vector<int>> parse_cpu_list(std::string_view text);

// "64 MiB", "1.5 GiB", "17 bytes"
std::string bytes_text(Bytes bytes);
// "2 s", "250 ms", "10 min"
std::string duration_text(std::chrono::milliseconds duration);

}  // namespace cloister
