// The command, started by what has closed standard streams.
#include "selftests/support/closed_streams.h"

#include "selftests/adapters/command/run/cloister_run.h"

namespace cloister::selftests {
namespace {

class ClosedStreams : public testing::TestWithParam<unsigned> {
 protected:
  static Ended run_without(std::vector<std::string> words) {
    words.insert(words.begin(), cloister_command());
    return run(without_streams(GetParam(), {words}));
  }
  static bool has_stdout() { return (GetParam() & 2) == 0; }
};
INSTANTIATE_TEST_SUITE_P(Every, ClosedStreams, testing::Range(1U, 8U));

TEST_P(ClosedStreams, ChangeNoStatusOfARun) {
  const Ended passed = run_without({"run", tool("tests_googletest"), "--filter", "Ends.Passes"});
  EXPECT_EQ(passed.status, 0) << passed.err;
  EXPECT_EQ(passed.contains("1 passed"), has_stdout()) << passed.out;
}

TEST_P(ClosedStreams, ChangeNoStatusOfACommand) {
  const Ended ended = run_without({"exec", "-q", "--", "sh", "-c", "cat; echo x; echo y >&2"});
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(ended.out, has_stdout() ? "x\n" : "");
}

TEST_P(ClosedStreams, AreNullDevicesToACommand) {
  const Ended ended = run_without(
      {"exec", "-q", "--", "sh", "-c",
       "for n in 0 1 2; do readlink /proc/$$/fd/$n | grep -qx /dev/null && s=$((s + (1 << n))); "
       "done; exit $s"});
  // This test's own stdin is one, too.
  EXPECT_EQ(ended.status, static_cast<int>(GetParam() | 1U));
}

TEST_P(ClosedStreams, ChangeNothingForTheDoctor) {
  static const int status = run({{cloister_command(), "doctor"}}).status;
  EXPECT_EQ(run_without({"doctor"}).status, status);
}

}  // namespace
}  // namespace cloister::selftests
