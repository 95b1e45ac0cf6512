// Programs that are linked with Cloister, started by what has closed standard streams: cron,
// supervisors, some agents of CI.
#include "selftests/support/closed_streams.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

class ClosedStreams : public testing::TestWithParam<unsigned> {
 protected:
  static Ended run_without(const std::string& filter, std::vector<std::string> flags) {
    flags.insert(flags.begin(), {guest("everything"), "--gtest_filter=" + filter});
    return run(without_streams(GetParam(), {flags}));
  }
};
INSTANTIATE_TEST_SUITE_P(Every, ClosedStreams, testing::Range(1U, 8U));

TEST_P(ClosedStreams, ChangeNoStatus) {
  for (const std::string filter : {"Plain.Passes:Suite.First", "Plain.*:Suite.*:Values.*"}) {
    const Ended plain = run_without(filter, {"--cloister=off"});
    const Ended in_cells = run_without(filter, {});
    EXPECT_EQ(in_cells.status, plain.status) << filter;
    EXPECT_EQ(in_cells.signal, 0) << filter;
    EXPECT_EQ(without_times(in_cells.out), without_times(plain.out)) << filter;
  }
}

TEST_P(ClosedStreams, ChangeNoStatusOfAProgramThatIsStartedAnew) {
  EXPECT_EQ(run_without("Plain.Passes", {"--cloister_launch=exec"}).status, 0);
}

}  // namespace
}  // namespace cloister::selftests
