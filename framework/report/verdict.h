// What an end means for the test.
#pragma once

#include <cstdint>
#include <string_view>

namespace cloister {

enum class Verdict : std::uint8_t {
  kPass,
  kSkip,
  kFail,
  kCrash,    // killed by a signal
  kTimeout,  // by its deadline
  kMemory,   // by its memory cap
  kCpuTime,  // by its cap on processor time
  kNoCell,   // it never ran: no cell, or nothing to execute
  kNotRun,   // it was not started, because the run had been told to stop
};
// "PASS", "TIMEOUT"
constexpr std::string_view verdict_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "PASS";
    case Verdict::kSkip:
      return "SKIP";
    case Verdict::kFail:
      return "FAIL";
    case Verdict::kCrash:
      return "CRASH";
    case Verdict::kTimeout:
      return "TIMEOUT";
    case Verdict::kMemory:
      return "MEMORY";
    case Verdict::kCpuTime:
      return "CPUTIME";
    case Verdict::kNoCell:
      return "NOCELL";
    case Verdict::kNotRun:
      return "NOTRUN";
  }
  return "?";
}
constexpr bool is_bad(Verdict verdict) {
  return verdict != Verdict::kPass && verdict != Verdict::kSkip && verdict != Verdict::kNotRun;
}

}  // namespace cloister
