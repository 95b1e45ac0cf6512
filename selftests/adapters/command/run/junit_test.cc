// The file of --junit, as another reader of XML finds it.
#include <pugixml.hpp>

#include "selftests/adapters/command/run/cloister_run.h"

namespace cloister::selftests {
namespace {

TEST(JUnit, HasEveryTestWithItsResult) {
  const std::string file = scratch("results.xml");
  run(cloister_run({"--junit", file, "--filter=Ends.Passes:Ends.Fails:Ends.Skips:odd*:*crashes",
                    tool("tests_googletest"), tool("tests_catch2")}));
  pugi::xml_document document;
  ASSERT_TRUE(document.load_file(file.c_str()));
  EXPECT_EQ(document.select_nodes("/testsuites/testsuite").size(), 2U);
  const auto suite =
      document.select_node("/testsuites/testsuite[contains(@name, 'googletest')]").node();
  EXPECT_EQ(suite.attribute("tests").as_int(), 3);
  EXPECT_EQ(suite.attribute("failures").as_int(), 1);
  EXPECT_EQ(suite.attribute("skipped").as_int(), 1);
  EXPECT_TRUE(document.select_node("//testcase[@name='Ends.Fails']/failure[@type='FAIL']"));
  EXPECT_TRUE(document.select_node(
      "//testcase[@name='Ends.Skips']/skipped[contains(@message, 'no printer')]"));
  EXPECT_TRUE(document.select_node("//testcase[@name='crashes']/failure[@type='CRASH']"));
  EXPECT_TRUE(document.select_node("//testcase[@name='odd, with a comma' and not(failure)]"));
  std::filesystem::remove(file);
}

// By the parser that most CI services have.
TEST(JUnit, IsTakenByLibxml2WhateverTestsPrint) {
  const std::string file = scratch("odd.xml");
  run(cloister_run({"--junit", file, "--output=8M", "--filter=Prints.*:Names.*",
                    tool("tests_careless"), tool("tests_googletest")}));
  const Ended checked = run({{"xmllint", "--noout", file}});
  EXPECT_EQ(checked.status, 0) << checked.err;
  std::filesystem::remove(file);
}

TEST(JUnit, AFileThatCannotBeWrittenIsAnError) {
  const Ended ended = run(cloister_run(
      {"--junit", "/nowhere/results.xml", "--filter=Ends.Passes", tool("tests_googletest")}));
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.err, testing::HasSubstr("cannot write the results to '/nowhere/results.xml'"));
}

}  // namespace
}  // namespace cloister::selftests
