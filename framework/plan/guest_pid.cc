#include "framework/plan/guest_pid.h"

namespace cloister {
namespace {

// Above what a cell counts up to by itself, and with room for a test's children below the smallest
// pid_max that hosts have, 32768: proc(5).
constexpr std::uint64_t kFirst = 1000;
constexpr std::uint64_t kCount = 30000;

// FNV-1a: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv-17#section-2
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

}  // namespace

// Multiples of the golden ratio, of which no two are near unless their numbers are far apart: the
// three-distance theorem, Knuth, The Art of Computer Programming, volume 3, 6.4.
pid_t guest_pid_of(std::string_view program, std::uint32_t place) {
  constexpr std::uint32_t kGolden = 2654435769U;  // 2^32 / phi
  const std::uint32_t position = hash_of(program) + place * kGolden;
  return static_cast<pid_t>(kFirst + (position * kCount >> 32));
}

}  // namespace cloister
