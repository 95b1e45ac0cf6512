// For tests whose point is to hit the wall: what such a test is to end by. It passes only if it
// does end so, and if no assertion failed before.
//
//   CLOISTER_TEST(Cache, StopsAtItsCap, {.memory = 64_MiB});
//   TEST(Cache, StopsAtItsCap) {
//     CLOISTER_EXPECT(OutOfMemory);
//     fill_without_end();
//   }
//
// Also CLOISTER_EXPECT(TimedOut), CLOISTER_EXPECT(OutOfCpuTime), CLOISTER_EXPECT(Signaled{SIGSEGV})
// and CLOISTER_EXPECT(Exited{3}). In a run without cells the test is skipped: its end would be the
// run's.
#pragma once

#include <cstdint>

namespace cloister {

struct ExpectedEnd {
  enum class Kind : std::uint8_t { kOutOfMemory, kTimedOut, kOutOfCpuTime, kSignaled, kExited };
  Kind kind{};
  int number = 0;  // of the signal, or the exit status
};

// The names that CLOISTER_EXPECT takes.
namespace ends {
inline constexpr ExpectedEnd OutOfMemory{ExpectedEnd::Kind::kOutOfMemory};
inline constexpr ExpectedEnd TimedOut{ExpectedEnd::Kind::kTimedOut};
inline constexpr ExpectedEnd OutOfCpuTime{ExpectedEnd::Kind::kOutOfCpuTime};
struct Signaled : ExpectedEnd {
  constexpr explicit Signaled(int signal) : ExpectedEnd{Kind::kSignaled, signal} {}
};
struct Exited : ExpectedEnd {
  constexpr explicit Exited(int status) : ExpectedEnd{Kind::kExited, status} {}
};
}  // namespace ends

// Tells the keeper. False when the test must not go on: it is then marked as skipped (no cell), or
// as failed (nothing here would end it so, such as a memory cap).
bool expect_end(const ExpectedEnd& end, const char* file, int line);

}  // namespace cloister

#define CLOISTER_EXPECT(...)                                                                \
  do {                                                                                      \
    if (!::cloister::expect_end(::cloister::ends::__VA_ARGS__, __FILE__, __LINE__)) return; \
  } while (false)
