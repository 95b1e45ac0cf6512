#include "framework/config/override_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cloister {
namespace {

using testing::ElementsAre;

TEST(OverrideText, IsAFilterAndSettings) {
  const auto parsed = parse_override("A.*:B.x-A.slow: memory=2G, deadline=none");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->filter, "A.*:B.x-A.slow");
  EXPECT_TRUE(parsed->tests.matches("B.x"));
  EXPECT_FALSE(parsed->tests.matches("A.slow"));
  EXPECT_EQ(parsed->config.memory, Bytes{std::uint64_t{2} << 30});
  EXPECT_EQ(parsed->config.deadline, std::chrono::milliseconds(0));
}

TEST(OverrideText, AListGoesOnAfterAComma) {
  const auto parsed = parse_override("A.*: inputs=a b.txt,c=d, files=declared");
  ASSERT_TRUE(parsed);
  EXPECT_THAT(*parsed->config.inputs, ElementsAre("a b.txt", "c=d"));
  EXPECT_EQ(parsed->config.files, Files::kDeclared);
}

TEST(OverrideText, WithoutFilterOrSettingsItIsNone) {
  for (const char* text : {"", "A.*", "A.*:", ":memory=2G", "memory=2G", "A.*: memory", "A.*: =2G"})
    EXPECT_EQ(parse_override(text).error(), kOverrideTakes) << text;
}

TEST(OverrideText, ASettingThatIsNoneIsNamed) {
  EXPECT_EQ(parse_override("A.*: deadlin=3s").error(),
            "settings of tests, and 'deadlin' is none; did you mean 'deadline'?");
}

TEST(OverrideText, AWrongValueIsNamedWithWhatTheSettingTakes) {
  EXPECT_EQ(parse_override("A.*: memory=2G, deadline=soon").error(),
            "for 'deadline' a time such as 250ms, 90s, 2m or 1h, at most 1e9s, or 'none'");
}

}  // namespace
}  // namespace cloister
