// A test that is named with the kind of its binary, as CTest has it: it runs at once, and all else
// is as in any run.
#include <fstream>

#include "selftests/adapters/command/run/cloister_run.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;

class AtOnce : public testing::Test {
 protected:
  // tests_googletest behind a script that counts its starts.
  AtOnce() {
    std::ofstream(script_) << "#!/bin/sh\necho started >> \"$STARTS\"\nexec '"
                           << tool("tests_googletest") << "' \"$@\"\n";
    std::filesystem::permissions(script_, std::filesystem::perms::all);
    std::ofstream(starts_) << "";
  }
  ~AtOnce() override {
    std::filesystem::remove(script_);
    std::filesystem::remove(starts_);
  }
  Results run_named(const std::string& test, std::vector<std::string> options = {}) const {
    options.insert(options.end(), {"--kind", "googletest", "--test", test, script_});
    Program program = cloister_run(options);
    program.environment = {"STARTS=" + starts_};
    return results_of(program);
  }
  std::size_t starts() const {
    const std::string lines = content_of(starts_);
    return static_cast<std::size_t>(std::ranges::count(lines, '\n'));
  }

 private:
  std::string script_ = scratch("counted");
  std::string starts_ = scratch("starts");
};

TEST_F(AtOnce, ABinaryIsNotAskedForATestThatIsNamedWithItsKind) {
  const Results results = run_named("Ends.Passes");
  EXPECT_EQ(results.ended.status, 0) << results.ended.err;
  EXPECT_EQ(results.verdicts.at("Ends.Passes"), "PASS");
  EXPECT_EQ(starts(), 1U);
}
TEST_F(AtOnce, AFailureIsOne) {
  const Results results = run_named("Ends.Fails");
  EXPECT_EQ(results.ended.status, 1);
  EXPECT_EQ(results.verdicts.at("Ends.Fails"), "FAIL");
  EXPECT_EQ(starts(), 1U);
}
TEST_F(AtOnce, ATestThatIsNotThereIsSaidWithTheClosestOne) {
  const Results results = run_named("Ends.Passed");
  EXPECT_EQ(results.ended.status, 4);
  EXPECT_EQ(results.ended.out, "");
  EXPECT_THAT(results.ended.err, HasSubstr("no binary has it; did you mean 'Ends.Passes'?"));
}
TEST_F(AtOnce, ADisabledTestIsNotSelected) {
  const Results results = run_named("Ends.DISABLED_Off");
  EXPECT_EQ(results.ended.status, 4);
  EXPECT_THAT(results.ended.err, HasSubstr("no test is selected"));
}
TEST_F(AtOnce, ACapThatHoldsNoCellIsRefused) {
  const Results results = run_named("Ends.Passes", {"--memory", "4K"});
  EXPECT_EQ(results.ended.status, 1);
  EXPECT_EQ(results.verdicts.at("Ends.Passes"), "NOCELL");
}
TEST_F(AtOnce, AnOverrideForNoTestIsSaid) {
  const std::string file = scratch("overrides.toml");
  std::ofstream(file) << "[[override]]\nfilter = \"Nobody.*\"\nmemory = \"1GiB\"\n";
  const Results results = run_named("Ends.Passes", {"--config", file});
  EXPECT_EQ(results.ended.status, 2);
  EXPECT_THAT(results.ended.err, HasSubstr("Nobody.*"));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace cloister::selftests
