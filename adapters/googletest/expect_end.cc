#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cloister/expect_end.h>
#include <cloister/this_cell.h>

#include "adapters/googletest/guest_listener.h"
#include "framework/config/settings.h"
#include "framework/options/options.h"
#include "framework/report/outcome_traits.h"
#include "framework/wire/bytes.h"

namespace cloister {
namespace {

// The limit that is missing for the test to end so; empty when none is.
std::string missing_limit(const ExpectedEnd& end) {
  const LimitName& limit = kOutcomes[end.outcome].limit;
  if (limit.setting.empty()) return "";
  const Setting& setting = *setting_named(limit.setting);
  CellConfig none;
  setting.parse("none", none);
  ByteWriter without;
  ByteWriter with;
  setting.put(none, without);
  setting.put(this_cell().limits(), with);
  const bool is_there = is_set(setting, this_cell().limits()) && with.bytes() != without.bytes();
  return is_there ? "" : fmt::format("{} ({})", limit.words, flag_of(limit.setting));
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
  if (const std::string missing = missing_limit(end); !missing.empty()) {
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
