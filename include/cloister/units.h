// Amounts with explicit units: `64_MiB` is a Bytes, never a bare number.
#pragma once

#include <cstdint>

namespace cloister {

// An amount of memory or storage.
struct Bytes {
  std::uint64_t count = 0;

  friend constexpr bool operator==(Bytes a, Bytes b) { return a.count == b.count; }
  friend constexpr bool operator!=(Bytes a, Bytes b) { return a.count != b.count; }
  friend constexpr bool operator<(Bytes a, Bytes b) { return a.count < b.count; }
  friend constexpr bool operator>(Bytes a, Bytes b) { return b < a; }
  friend constexpr bool operator<=(Bytes a, Bytes b) { return !(b < a); }
  friend constexpr bool operator>=(Bytes a, Bytes b) { return !(a < b); }
};

// `using namespace cloister::literals;` brings 512_KiB, 64_MiB and 1_GiB into scope.
inline namespace literals {
constexpr Bytes operator""_KiB(unsigned long long n) { return Bytes{n << 10}; }
constexpr Bytes operator""_MiB(unsigned long long n) { return Bytes{n << 20}; }
constexpr Bytes operator""_GiB(unsigned long long n) { return Bytes{n << 30}; }
}  // namespace literals

}  // namespace cloister
