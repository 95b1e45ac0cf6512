// Boost.Test's trees and reports, above all those that no program of today writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/command/kinds/kind.h"

namespace cloister::command {
namespace {

std::string unit(const std::string& name, bool enabled = true) {
  return "tu7[shape=Mrecord,color=" + std::string(enabled ? "green" : "yellow") + ",label=\"" +
         name + "|file.cc(8)\"];\ntu1 -> tu7;\n";
}

std::vector<std::string> names_in(const std::string& units) {
  const std::string tree = "digraph G {rankdir=LR;\n{\n" + units + "}\n}\n";
  const auto tests = make_boost_test()->list(
      [&](const auto&) -> Result<Answer> { return Answer{0, "", tree, {"", ""}}; });
  std::vector<std::string> names;
  for (const Test& test : *tests) names.push_back(test.name);
  return names;
}

TEST(BoostTree, NamesTestsByTheirSuites) {
  EXPECT_THAT(names_in(unit("a") + unit("outer") + "{\n" + unit("inner") + "{\n" + unit("b") +
                       "}\n" + unit("c") + "}\n" + unit("d")),
              testing::ElementsAre("a", "outer/inner/b", "outer/c", "d"));
}

TEST(BoostTree, KeepsATestThatIsNamedLikeASuite) {
  EXPECT_THAT(names_in(unit("same") + unit("same") + "{\n" + unit("b") + "}\n"),
              testing::ElementsAre("same", "same/b"));
}

TEST(BoostTree, ASuiteWithoutTestsIsNoTest) {
  EXPECT_THAT(names_in(unit("empty") + "{\n}\n" + unit("a")), testing::ElementsAre("a"));
}

TEST(BoostTree, BracesWithoutEndAreNoHarm) {
  EXPECT_THAT(names_in("}\n}\n}\n" + unit("a") + "{\n{\n" + unit("b")),
              testing::ElementsAre("a/b"));
}

FrameworkReport read(const std::string& suites) {
  const std::string report = "<TestResult>" + suites + "</TestResult>";
  return make_boost_test()->read(std::vector<std::string>{report, ""});
}

std::string nested(int depth, const std::string& inside) {
  std::string text = inside;
  for (int i = 0; i < depth; ++i) text = "<TestSuite name=\"s\">" + text + "</TestSuite>";
  return text;
}

TEST(BoostReport, KnowsNestedTests) {
  const FrameworkReport told = read(nested(3, "<TestCase name=\"t\" result=\"passed\"/>"));
  ASSERT_EQ(told.ran.size(), 1U);
  EXPECT_EQ(told.ran[0].report_name, "s/s/t");
  EXPECT_TRUE(told.whole);
}

TEST(BoostReport, ThatIsNestedWithoutBoundIsNotWhole) {
  std::string report;
  for (int i = 0; i < 1'000'000; ++i) report += "<TestSuite name=\"\">";
  for (int i = 0; i < 1'000'000; ++i) report += "</TestSuite>";
  EXPECT_FALSE(read(report).whole);
}

}  // namespace
}  // namespace cloister::command
