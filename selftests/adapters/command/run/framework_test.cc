// Every end of a test, for every framework, none of the binaries linked with Cloister.
#include "selftests/adapters/command/run/cloister_run.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;

struct Framework {
  std::string name;
  std::string prefix;   // of its tests' names
  bool capital;         // "Ends.Passes", "passes"
  std::string failure;  // its own words
  std::string skipped;  // a test that skips itself; empty where there is no such thing
};

class EveryFramework : public testing::TestWithParam<Framework> {
 protected:
  static std::string test(std::string name) {
    if (GetParam().capital) name[0] = static_cast<char>(std::toupper(name[0]));
    return GetParam().prefix + name;
  }
  static Results run_one(const std::string& name, std::vector<std::string> options = {}) {
    options.insert(options.end(), {"--test", test(name), guest_of(GetParam().name)});
    return run_tests(options);
  }
  static std::string guest_of(const std::string& name) { return tool("tests_" + name); }
  static std::string verdict(const Results& results, const std::string& name) {
    const auto found = results.verdicts.find(test(name));
    return found == results.verdicts.end() ? results.ended.out + results.ended.err : found->second;
  }
};

TEST_P(EveryFramework, APassIsAPass) {
  const Results results = run_one("passes");
  EXPECT_EQ(verdict(results, "passes"), "PASS");
  EXPECT_EQ(results.ended.status, 0);
}

TEST_P(EveryFramework, AFailureShowsTheFrameworksOwnWords) {
  const Results results = run_one("fails");
  EXPECT_EQ(verdict(results, "fails"), "FAIL");
  EXPECT_EQ(results.ended.status, 1);
  EXPECT_THAT(results.ended.out, HasSubstr(GetParam().failure));
}

TEST_P(EveryFramework, ASkipIsASkip) {
  if (GetParam().skipped.empty()) {
    // Nothing in this framework skips a test while it runs: those that are never run are disabled.
    const Results none = run_tests({"--list", guest_of(GetParam().name)});
    EXPECT_THAT(none.ended.out, HasSubstr("(disabled)"));
    return;
  }
  const Results results = run_one(GetParam().skipped);
  EXPECT_EQ(verdict(results, GetParam().skipped), "SKIP");
  EXPECT_EQ(results.ended.status, 0);
}

TEST_P(EveryFramework, ACrashIsACrash) {
  const Results results = run_one("crashes");
  EXPECT_EQ(verdict(results, "crashes"), "CRASH");
  EXPECT_EQ(results.ended.status, 1);
  EXPECT_THAT(results.ended.out, HasSubstr("was killed by SIGSEGV (Segmentation fault)"));
}

TEST_P(EveryFramework, AHangEndsAtItsDeadline) {
  const Results results = run_one("hangs", {"--deadline", "700ms"});
  EXPECT_EQ(verdict(results, "hangs"), "TIMEOUT");
  EXPECT_THAT(results.ended.out, HasSubstr("did not end within its deadline of 700 ms"));
}

TEST_P(EveryFramework, TooMuchMemoryEndsAtTheCap) {
  const Results results = run_one("eats", {"--memory", "64M"});
  if (!lane_gives("memory cap")) {
    EXPECT_EQ(verdict(results, "eats"), "NOCELL");
    EXPECT_THAT(results.ended.out, HasSubstr("memory cap"));
    return;
  }
  EXPECT_EQ(verdict(results, "eats"), "MEMORY");
  EXPECT_THAT(results.ended.out, HasSubstr("reached its memory cap of 64 MiB"));
}

TEST_P(EveryFramework, LeavingWithStatusZeroIsNoPass) {
  const Results results = run_one("leaves");
  EXPECT_EQ(verdict(results, "leaves"), "FAIL");
  EXPECT_THAT(results.ended.out, HasSubstr("exited with status 0 before its report was written"));
}

TEST_P(EveryFramework, ADisabledTestRunsOnRequestOnly) {
  const Results usual = run_tests({"--filter=-*angs:*ats", guest_of(GetParam().name)});
  const Results all =
      run_tests({"--disabled", "--filter=-*angs:*ats:exclude*", guest_of(GetParam().name)});
  EXPECT_GT(all.verdicts.size(), usual.verdicts.size()) << all.ended.out << all.ended.err;
}

TEST_P(EveryFramework, IsWhatKindSays) {
  const std::string kind = GetParam().name == "boost_test" ? "boost" : GetParam().name;
  EXPECT_EQ(verdict(run_one("passes", {"--kind", kind}), "passes"), "PASS");
}

INSTANTIATE_TEST_SUITE_P(Of, EveryFramework,
                         testing::Values(Framework{"googletest", "Ends.", true,
                                                   "Expected equality of these values", "skips"},
                                         Framework{"catch2", "", false, "CHECK( 1 + 1 == 3 )", ""},
                                         Framework{"doctest", "", false, "values: 2 == 3", ""},
                                         Framework{"boost_test", "", false,
                                                   "check 1 + 1 == 3 has failed [1 + 1 != 3]",
                                                   "skips"}),
                         [](const auto& of) { return of.param.name; });

}  // namespace
}  // namespace cloister::selftests
