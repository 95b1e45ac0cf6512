#include "framework/config/toml_depth.h"

#include <gtest/gtest.h>

namespace cloister {
namespace {

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

constexpr int kMany = 200'000;

TEST(TomlDepth, OfDottedKeysIsBounded) {
  EXPECT_FALSE(too_deep("a" + repeated(".a", kMostNames - 1) + " = 1"));
  EXPECT_TRUE(too_deep("a" + repeated(".a", kMostNames) + " = 1"));
  for (const std::string part : {".a", ". 'a.b'", " . \"\\\"\"", ".''"}) {
    EXPECT_TRUE(too_deep("\n[a" + repeated(part, kMany) + "]")) << part;
    EXPECT_TRUE(too_deep("[[a" + repeated(part, kMany) + "]]")) << part;
    EXPECT_TRUE(too_deep("x = {a" + repeated(part, kMany) + " = 1}")) << part;
  }
}

TEST(TomlDepth, OfBracketsIsBounded) {
  EXPECT_FALSE(too_deep("a = " + repeated("[", kMostBrackets) + repeated("]", kMostBrackets)));
  EXPECT_TRUE(too_deep("a = " + repeated("[", kMostBrackets + 1)));
  EXPECT_TRUE(too_deep("a = " + repeated("{a=", kMany)));
  EXPECT_TRUE(too_deep("a = " + repeated("[ #]\n", kMany)));
}

TEST(TomlDepth, IsNotThatOfStringsAndComments) {
  const std::string dots = repeated(".a", kMany);
  const std::string brackets = repeated("[{", kMany);
  for (const std::string& text : {dots, brackets}) {
    EXPECT_FALSE(too_deep("# " + text)) << text.substr(0, 8);
    EXPECT_FALSE(too_deep("a = '" + text + "'")) << text.substr(0, 8);
    EXPECT_FALSE(too_deep("a = \"\\\"" + text + "\"")) << text.substr(0, 8);
    EXPECT_FALSE(too_deep("a = '''\n" + text + "'\n" + text + "'''")) << text.substr(0, 8);
    EXPECT_FALSE(too_deep("a = \"\"\"\n\\\"\"\"" + text + "\n\"\"\"")) << text.substr(0, 8);
  }
}

TEST(TomlDepth, IsSeenBehindStrings) {
  const std::string deep = ", {a" + repeated(".a", kMany);
  for (const std::string text :
       {"''", "'''b''''", "\"\"\"b\"\"\"\"\"", "\"\\\\\"", "'\\'", "''''''"})
    EXPECT_TRUE(too_deep("a = [" + text + deep)) << text;
}

TEST(TomlDepth, IsNotTheNumberOfKeysOrNumbers) {
  EXPECT_FALSE(too_deep("a = [" + repeated("1.5, ", kMany) + "]"));
  EXPECT_FALSE(too_deep(repeated("a.b = 1\n[[override]]\n", kMany)));
}

TEST(TomlDepth, HasAPlace) {
  const auto place = too_deep("\n\nb.a" + repeated(".a", kMostNames));
  ASSERT_TRUE(place);
  EXPECT_EQ(place->line, 3U);
  EXPECT_EQ(place->column, 2U * kMostNames);
}

}  // namespace
}  // namespace cloister
