// Whether a test ended as it said it would, and the words for both.
#include <fmt/format.h>
#include <string.h>

#include "adapters/googletest/messages.h"

namespace cloister::googletest {

std::string end_words(const ExpectedEnd& end) {
  switch (end.kind) {
    case ExpectedEnd::Kind::kOutOfMemory:
      return "reach its memory cap";
    case ExpectedEnd::Kind::kTimedOut:
      return "reach its deadline";
    case ExpectedEnd::Kind::kOutOfCpuTime:
      return "use up its processor time";
    case ExpectedEnd::Kind::kSignaled: {
      const char* name = sigabbrev_np(end.number);
      return name != nullptr ? fmt::format("be killed by SIG{}", name)
                             : fmt::format("be killed by signal {}", end.number);
    }
    case ExpectedEnd::Kind::kExited:
      return fmt::format("exit with status {}", end.number);
  }
  return "";
}

bool is_met(const ExpectedEnd& end, const Outcome& outcome) {
  switch (end.kind) {
    case ExpectedEnd::Kind::kOutOfMemory:
      return std::holds_alternative<OutOfMemory>(outcome);
    case ExpectedEnd::Kind::kTimedOut:
      return std::holds_alternative<TimedOut>(outcome);
    case ExpectedEnd::Kind::kOutOfCpuTime:
      return std::holds_alternative<OutOfCpuTime>(outcome);
    case ExpectedEnd::Kind::kSignaled: {
      const auto* signaled = std::get_if<Signaled>(&outcome);
      return signaled != nullptr && signaled->signal == end.number;
    }
    case ExpectedEnd::Kind::kExited: {
      const auto* exited = std::get_if<Exited>(&outcome);
      return exited != nullptr && exited->status == end.number;
    }
  }
  return false;
}

}  // namespace cloister::googletest
