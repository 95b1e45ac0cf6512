// Failures that are no test's: of environments and suites. They are told once, in their own words,
// and counted as no test; a binary that is linked with Cloister comes to the same as one that is
// not.
#include <fstream>
#include <pugixml.hpp>

#include "selftests/adapters/command/run/cloister_run.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;

struct Outside {
  std::string how;
  std::string suite;    // the verdict of the two tests in it
  std::string other;    // and of the one outside; empty where it is not run
  std::string words{};  // of the failure; empty where there is none
};
void PrintTo(const Outside& outside, std::ostream* out) { *out << outside.how; }

class OutsideOfTests : public testing::TestWithParam<std::tuple<Outside, const char*>> {
 protected:
  const Outside& outside() { return std::get<0>(GetParam()); }
  Results run_it(std::vector<std::string> options) {
    options.push_back(tool(std::get<1>(GetParam())));
    Program program = cloister_run(options);
    program.environment = {"OUTSIDE=" + outside().how};
    return results_of(program);
  }
};

TEST_P(OutsideOfTests, FailuresAreToldOnceAndAreNoTest) {
  const std::string file = scratch("outside.xml");
  const Results results = run_it({"--junit", file});
  std::map<std::string, std::string> expected;
  for (const char* test : {"Suite.One", "Suite.Two"}) {
    if (!outside().suite.empty()) expected[test] = outside().suite;
  }
  if (!outside().other.empty()) expected["Other.Three"] = outside().other;
  EXPECT_EQ(results.verdicts, expected) << results.ended.out << results.ended.err;
  EXPECT_EQ(results.ended.status, outside().words.empty() ? 0 : 1);
  pugi::xml_document document;
  ASSERT_TRUE(document.load_file(file.c_str()));
  std::filesystem::remove(file);
  const auto suite = document.select_node("/testsuites/testsuite").node();
  EXPECT_EQ(suite.attribute("tests").as_int(), 3);
  EXPECT_EQ(suite.attribute("failures").as_int(), 0);
  const bool fails = !outside().words.empty();
  EXPECT_EQ(suite.attribute("errors").as_int(), fails ? 1 : 0);
  if (!fails) return;
  EXPECT_THAT(results.ended.out, HasSubstr(", 1 failure outside of tests\n"));
  EXPECT_THAT(std::string(suite.child_value("system-err")), HasSubstr(outside().words));
  const std::size_t first = results.ended.out.find(outside().words);
  EXPECT_NE(first, std::string::npos) << results.ended.out;
  EXPECT_EQ(results.ended.out.find(outside().words, first + 1), std::string::npos)
      << results.ended.out;
}

class SkippedByItsEnvironment : public testing::TestWithParam<const char*> {};
TEST_P(SkippedByItsEnvironment, ATestSaysWhy) {
  Program program = cloister_run({"--test=Other.Three", tool(GetParam())});
  program.environment = {"OUTSIDE=environment skips"};
  const Results results = results_of(program);
  EXPECT_EQ(results.verdicts.at("Other.Three"), "SKIP");
  EXPECT_THAT(results.ended.out, HasSubstr("no database is wanted"));
}
INSTANTIATE_TEST_SUITE_P(Each, SkippedByItsEnvironment,
                         testing::Values("tests_outside", "tests_outside_linked"));

// GoogleTest's own list is of words in colours then.
TEST(Coloured, FailuresOfSuitesAreToldAsOthers) {
  Program program = cloister_run({"--test=Suite.One", tool("tests_outside")});
  program.environment = {"OUTSIDE=suite is torn down badly", "GTEST_COLOR=yes"};
  const Results results = results_of(program);
  EXPECT_EQ(results.verdicts.at("Suite.One"), "PASS");
  EXPECT_THAT(results.ended.out, HasSubstr("Suite: SetUpTestSuite or TearDownTestSuite:\n"));
  EXPECT_THAT(results.ended.out, HasSubstr("a lock is left"));
}

TEST(FailFastOutside, StopsAfterAFailureThatIsNoTests) {
  Program program = cloister_run(
      {"--fail-fast", "--jobs=1", "--test=Suite.One", "--test=Other.Three", tool("tests_outside")});
  program.environment = {"OUTSIDE=suite is torn down badly"};
  const Results results = results_of(program);
  EXPECT_EQ(results.verdicts.size(), 1U) << results.ended.out;
  EXPECT_THAT(results.ended.out, HasSubstr(" 1 not run, 1 failure outside of tests\n"));
}
INSTANTIATE_TEST_SUITE_P(
    Each, OutsideOfTests,
    testing::Combine(
        testing::Values(
            Outside{"nothing happens", "PASS", "PASS"},
            Outside{"environment skips", "SKIP", "SKIP"},
            Outside{"environment skips its end", "PASS", "PASS"},
            Outside{"environment fails", "PASS", "PASS", "the database is slow"},
            Outside{"environment fails fatally", "SKIP", "SKIP", "there is no database"},
            Outside{"environment throws", "", "", "the database threw"},
            Outside{"environment is torn down badly", "PASS", "PASS", "the schema stays"},
            Outside{"environment throws at its end", "PASS", "PASS", "the schema threw"},
            Outside{"suite fails", "SKIP", "PASS", "there are no data"},
            Outside{"suite throws", "SKIP", "PASS", "thrown in SetUpTestSuite()"},
            Outside{"suite is torn down badly", "PASS", "PASS", "a lock is left"}),
        testing::Values("tests_outside", "tests_outside_linked")));

}  // namespace
}  // namespace cloister::selftests
