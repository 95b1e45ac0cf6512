#include "framework/config/test_pattern.h"

#include <gtest/gtest.h>

namespace cloister {
namespace {

bool match(const char* filter, const char* name) { return TestPattern(filter).matches(name); }

TEST(TestPattern, MatchesTheWholeName) {
  EXPECT_TRUE(match("Suite.Test", "Suite.Test"));
  EXPECT_FALSE(match("Suite.Test", "Suite.Test2"));
  EXPECT_FALSE(match("Suite.Test", "ASuite.Test"));
  EXPECT_FALSE(match("Suite", "Suite.Test"));
}

TEST(TestPattern, AStarIsAnyTextEvenNone) {
  EXPECT_TRUE(match("*", "Suite.Test"));
  EXPECT_TRUE(match("Suite.*", "Suite."));
  EXPECT_TRUE(match("*.Test*", "Suite.Test"));
  EXPECT_TRUE(match("S*e.*t/*", "Suite.Test/3"));
  EXPECT_FALSE(match("S*x.*", "Suite.Test"));
}

TEST(TestPattern, AStarGivesBackWhatItTookTooMuch) {
  EXPECT_TRUE(match("*ab*abc", "ab.ababc"));
  EXPECT_FALSE(match("*ab*abd", "ab.ababc"));
}

TEST(TestPattern, AQuestionMarkIsOneCharacter) {
  EXPECT_TRUE(match("Suite.Tes?", "Suite.Test"));
  EXPECT_FALSE(match("Suite.Test?", "Suite.Test"));
  EXPECT_FALSE(match("?", "ab"));
}

TEST(TestPattern, AColonSeparatesAlternatives) {
  EXPECT_TRUE(match("A.*:B.x", "A.y"));
  EXPECT_TRUE(match("A.*:B.x", "B.x"));
  EXPECT_FALSE(match("A.*:B.x", "B.y"));
}

TEST(TestPattern, WhatIsBehindTheFirstDashIsExcluded) {
  EXPECT_TRUE(match("A.*-A.x:A.y", "A.z"));
  EXPECT_FALSE(match("A.*-A.x:A.y", "A.x"));
  EXPECT_FALSE(match("A.*-A.x:A.y", "A.y"));
  EXPECT_FALSE(match("A.*-A.x:A.y", "B.z"));
}

TEST(TestPattern, ASecondDashIsPartOfAPattern) {
  EXPECT_FALSE(match("*-A.x-y", "A.x-y"));
  EXPECT_TRUE(match("*-A.x-y", "A.x"));
}

TEST(TestPattern, NothingBeforeTheDashIsEverything) {
  EXPECT_TRUE(match("-A.x", "B.x"));
  EXPECT_FALSE(match("-A.x", "A.x"));
  EXPECT_TRUE(match("-", "A.x"));
}

TEST(TestPattern, AnEmptyFilterMatchesNoTest) {
  EXPECT_FALSE(match("", "A.x"));
  EXPECT_TRUE(match("", ""));
}

TEST(TestPattern, ManyStarsAreNoTrouble) {
  const std::string name(2000, 'a');
  EXPECT_FALSE(TestPattern("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b").matches(name));
}

}  // namespace
}  // namespace cloister
