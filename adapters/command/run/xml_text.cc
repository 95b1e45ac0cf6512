#include "adapters/command/run/xml_text.h"

#include <algorithm>
#include <cstdint>

namespace cloister::command {
namespace {

// A character at the start of `text`: its bytes and its number. No bytes where there is none.
struct Character {
  std::size_t length = 0;
  std::uint32_t number = 0;
};

// The shortest form only, and no surrogates: RFC 3629.
Character first_of(std::string_view text) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return {1, byte(0)};
  const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || length > text.size()) return {};
  std::uint32_t number = byte(0) & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    number = number << 6 | (byte(i) & 0x3FU);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (number < kLeast[length] || number > 0x10FFFF) return {};
  return {length, number};
}

bool is_in_xml(std::uint32_t number) {
  return number == '\t' || number == '\n' || number == '\r' ||
         (number >= 0x20 && number <= 0xD7FF) || (number >= 0xE000 && number <= 0xFFFD) ||
         number >= 0x10000;
}

}  // namespace

std::string valid_xml_text(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const auto [length, number] = first_of(text);
    if (length > 0 && is_in_xml(number)) {
      valid += text.substr(0, length);
    } else {
      valid += '?';
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return valid;
}

}  // namespace cloister::command
