#include <gtest/gtest.h>

#include <cloister/expect_end.h>
#include <cloister/this_cell.h>

#include "adapters/googletest/guest_listener.h"

namespace cloister {
namespace {

// What is missing for the test to end so; empty when nothing is.
const char* what_is_missing(ExpectedEnd::Kind kind) {
  const CellConfig& limits = this_cell().limits();
  const auto none = std::chrono::milliseconds::zero();
  switch (kind) {
    case ExpectedEnd::Kind::kOutOfMemory:
      return limits.memory.value_or(Bytes{}).count == 0 ? "memory cap (--cloister_memory)" : "";
    case ExpectedEnd::Kind::kTimedOut:
      return limits.deadline.value_or(none) == none ? "deadline (--cloister_deadline)" : "";
    case ExpectedEnd::Kind::kOutOfCpuTime:
      return limits.cpu_time.value_or(none) == none ? "CPU-time deadline (--cloister_cpu_time)"
                                                    : "";
    case ExpectedEnd::Kind::kSignaled:
    case ExpectedEnd::Kind::kExited:
      return "";
  }
  return "";
}

void mark(testing::TestPartResult::Type type, const char* file, int line,
          const testing::Message& message) {
  testing::internal::AssertHelper(type, file, line, "") = message;
}

}  // namespace

bool expect_end(const ExpectedEnd& end, const char* file, int line) {
  if (!this_cell().inside()) {
    mark(testing::TestPartResult::kSkip, file, line,
         testing::Message() << "cloister: the point of this test is its end, which would be the "
                               "whole run's without cells");
    return false;
  }
  if (const char* missing = what_is_missing(end.kind); *missing != '\0') {
    mark(testing::TestPartResult::kFatalFailure, file, line,
         testing::Message() << "cloister: nothing would end this test as it expects: its cell has "
                               "no "
                            << missing);
    return false;
  }
  googletest::GuestListener::of_this_process()->expect_end({end, file, line});
  return true;
}

}  // namespace cloister
