// For tests that must hit a limit or crash: declares how such a test must end. It passes only if it
// ends that way and no assertion failed before.
//
//   CLOISTER_TEST(Cache, StopsAtItsCap, {.memory = 64_MiB});
//   TEST(Cache, StopsAtItsCap) {
//     CLOISTER_EXPECT(OutOfMemory);
//     fill_without_end();
//   }
//
// Also CLOISTER_EXPECT(TimedOut), CLOISTER_EXPECT(OutOfCpuTime), CLOISTER_EXPECT(Signaled{SIGSEGV})
// and CLOISTER_EXPECT(Exited{3}). In a run without cells the test is skipped, because its end would
// end the run.
#pragma once

#include <cstdint>
#include <type_traits>
#include <variant>

#include <cloister/report.h>

namespace cloister {

// What the outcome of a test's cell must be.
struct ExpectedEnd {
  std::uint8_t outcome = 0;  // its index in Outcome
  int number = 0;            // of the signal, or the exit status
};

// The names that CLOISTER_EXPECT takes.
namespace ends {
template <typename Of, typename... Outcomes>
constexpr std::uint8_t place_of(const std::variant<Outcomes...>*) {
  int place = 0;
  bool found = false;
  ((found = found || std::is_same_v<Of, Outcomes>, place += found ? 0 : 1), ...);
  return static_cast<std::uint8_t>(place);
}
template <typename Of>
constexpr ExpectedEnd end_of(int number = 0) {
  return {place_of<Of>(static_cast<const Outcome*>(nullptr)), number};
}
inline constexpr ExpectedEnd OutOfMemory = end_of<cloister::OutOfMemory>();
inline constexpr ExpectedEnd TimedOut = end_of<cloister::TimedOut>();
inline constexpr ExpectedEnd OutOfCpuTime = end_of<cloister::OutOfCpuTime>();
struct Signaled : ExpectedEnd {
  constexpr explicit Signaled(int signal) : ExpectedEnd(end_of<cloister::Signaled>(signal)) {}
};
struct Exited : ExpectedEnd {
  constexpr explicit Exited(int status) : ExpectedEnd(end_of<cloister::Exited>(status)) {}
};
}  // namespace ends

// Tells the keeper. False when the test must not go on. It is then marked as skipped (no cell), or
// as failed (nothing here could end it that way, for example there is no memory cap).
bool expect_end(const ExpectedEnd& end, const char* file, int line);

}  // namespace cloister

#define CLOISTER_EXPECT(...)                                                                \
  do {                                                                                      \
    if (!::cloister::expect_end(::cloister::ends::__VA_ARGS__, __FILE__, __LINE__)) return; \
  } while (false)
