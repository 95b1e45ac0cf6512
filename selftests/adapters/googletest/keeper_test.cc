// The keeper as a whole: runs of tests of this very program, each in a fork of it.
#include "adapters/googletest/keeper.h"

#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "selftests/adapters/googletest/made_up_record.h"

namespace cloister::googletest {
namespace {

// Disabled: only the runs below have them.
int written = 0;
class DISABLED_Kept : public testing::Test {
 protected:
  static void SetUpTestSuite() { printf("set up\n"); }
};
TEST_F(DISABLED_Kept, Passes) { printf("from the guest\n"); }
TEST_F(DISABLED_Kept, Fails) { FAIL() << "on purpose"; }
TEST_F(DISABLED_Kept, Writes) { written = 1; }

struct KeptRun {
  int status = -1;
  std::string out;
};

// `look` is asked in the keeper after the run: its status is what it returns.
KeptRun keep(const std::string& filter, const std::function<int(int result)>& look) {
  KeptRun run;
  run.out = printed_by([&] {
              const pid_t child = ::fork();
              if (child == 0) {
                GTEST_FLAG_SET(filter, filter);
                GTEST_FLAG_SET(also_run_disabled_tests, true);
                GTEST_FLAG_SET(repeat, 1);
                GTEST_FLAG_SET(brief, false);
                Options options;
                options.launch = Launch::kFork;
                const int status = look(Keeper::instance().run(options));
                fflush(nullptr);
                ::_exit(status);
              }
              int status = 0;
              EXPECT_EQ(::waitpid(child, &status, 0), child);
              run.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
            }).out;
  return run;
}
KeptRun keep(const std::string& filter) {
  return keep(filter, [](int result) { return result; });
}

TEST(Keeper, ReturnsZeroWhereAllTestsPass) {
  const KeptRun run = keep("DISABLED_Kept.Passes");
  EXPECT_EQ(run.status, 0) << run.out;
  EXPECT_NE(run.out.find("[  PASSED  ] 1 test."), std::string::npos) << run.out;
}

TEST(Keeper, ReturnsOneWhereATestFails) {
  const KeptRun run = keep("DISABLED_Kept.Passes:DISABLED_Kept.Fails");
  EXPECT_EQ(run.status, 1) << run.out;
  EXPECT_NE(run.out.find("on purpose"), std::string::npos) << run.out;
}

TEST(Keeper, PrintsWhatTheGuestPrinted) {
  const KeptRun run = keep("DISABLED_Kept.Passes");
  EXPECT_NE(run.out.find("from the guest\n"), std::string::npos) << run.out;
}

TEST(Keeper, ShowsTheSetUpOfASuiteOnce) {
  const KeptRun run = keep("DISABLED_Kept.Passes:DISABLED_Kept.Writes");
  const std::size_t first = run.out.find("set up\n");
  ASSERT_NE(first, std::string::npos) << run.out;
  EXPECT_EQ(run.out.find("set up\n", first + 1), std::string::npos) << run.out;
}

TEST(Keeper, RunsNoTestInItsOwnProcess) {
  const KeptRun run = keep("DISABLED_Kept.Writes", [](int result) { return result + written; });
  EXPECT_EQ(run.status, 0) << run.out;
}

TEST(Keeper, RunsNothingWhereNothingIsSelected) {
  EXPECT_EQ(keep("DISABLED_Kept.IsNotThere").status, 0);
}

}  // namespace
}  // namespace cloister::googletest
