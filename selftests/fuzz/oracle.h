// What the fuzz targets have in common: what must hold, and input taken apart.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <cloister/config.h>

#include "framework/config/settings.h"

namespace cloister::fuzz {

// libFuzzer keeps the input of a process that aborts.
inline void require(bool holds, const char* what, std::string_view found = "") {
  if (holds) return;
  std::fprintf(stderr, "the oracle says: %s: '%.*s'\n", what, static_cast<int>(found.size()),
               found.data());
  std::abort();
}

inline void require_round_trip(const CellConfig& config) {
  require(encode(decode_config(encode(config))) == encode(config),
          "a configuration comes out of its bytes as it went in");
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// The first byte, and the input without it.
inline std::uint8_t take_byte(std::string_view& input) {
  if (input.empty()) return 0;
  const auto byte = static_cast<std::uint8_t>(input.front());
  input.remove_prefix(1);
  return byte;
}

inline std::string_view take_bytes(std::string_view& input, std::size_t count) {
  const std::string_view bytes = input.substr(0, count);
  input.remove_prefix(bytes.size());
  return bytes;
}

inline std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

}  // namespace cloister::fuzz
