#include "framework/report/outcome_traits.h"

#include <gtest/gtest.h>

#include <set>

#include "framework/config/settings.h"

namespace cloister {
namespace {

TEST(OutcomeTraits, EachHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const OutcomeInfo& info : kOutcomes)
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
}

TEST(OutcomeTraits, NoneMeansByItselfThatATestPassed) {
  for (const OutcomeInfo& info : kOutcomes) EXPECT_TRUE(is_bad(info.verdict)) << info.name;
}

TEST(OutcomeTraits, ALimitIsASetting) {
  for (const OutcomeInfo& info : kOutcomes) {
    if (info.limit.setting.empty()) continue;
    EXPECT_NE(setting_named(info.limit.setting), nullptr) << info.name;
  }
}

TEST(OutcomeTraits, StatusIsAsShellsHaveIt) {
  EXPECT_EQ(status_of(Exited{3}), 3);
  EXPECT_EQ(status_of(Signaled{SIGSEGV}), 139);
  EXPECT_EQ(status_of(TimedOut{}), 137);
  EXPECT_EQ(status_of(SetupFailed{}), std::nullopt);
}

TEST(OutcomeTraits, FieldsComeWithTheirNames) {
  std::string names;
  const Outcome outcome = Signaled{SIGSEGV, true};
  fields_of(outcome, [&names](const char* name, const auto&) { names += std::string(name) + " "; });
  EXPECT_EQ(names, "signal core_dumped ");
}

}  // namespace
}  // namespace cloister
