// Where a filter or an older kernel refuses a system call, a command gets its cell another way, or
// is not run and told why.
#include <gmock/gmock.h>
#include <signal.h>

#include "selftests/adapters/command/cloister.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;

Program without(const std::string& calls, const std::vector<std::string>& options) {
  Program program{{tool("without_calls"), "ENOSYS", calls, tool("cloister"), "exec", "--quiet"}};
  program.command.insert(program.command.end(), options.begin(), options.end());
  return program;
}

TEST(RefusedCalls, StillGiveACell) {
  const Ended ended =
      run(without("clone3,close_range,pidfd_open,mount_setattr,openat2", {"--", "echo", "here"}));
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(ended.out, "here\n");
}

TEST(RefusedCalls, OfPidfdsLeaveSignalsToTheCommand) {
  Program program = without("pidfd_open", {"--", "sleep", "30"});
  program.command.insert(program.command.begin(),
                         {"sh", "-c", "\"$@\" & sleep 0.2; kill -TERM $!; wait $!", "sh"});
  program.limit = std::chrono::seconds(20);
  const Ended ended = run(program);
  EXPECT_EQ(ended.signal, 0) << "the command never heard of it";
  EXPECT_EQ(ended.status, 128 + SIGTERM) << ended.err;
}

// There is no other way into a root that is not to be trusted with links.
TEST(RefusedCalls, OfOpenat2RefuseAnotherRootWithTheCause) {
  const Ended ended = run(without("openat2", {"--new-root", "--", "true"}));
  EXPECT_EQ(ended.status, 125);
  EXPECT_THAT(ended.err, HasSubstr("true was not run: cannot "));
  EXPECT_THAT(ended.err, HasSubstr("Function not implemented (ENOSYS)"));
}

TEST(RefusedCalls, OfMountAttributesRefuseAReadOnlyBindWithTheCause) {
  const Ended ended = run(without("mount_setattr", {"--bind", "/usr:/mnt:ro", "--", "true"}));
  EXPECT_EQ(ended.status, 125);
  EXPECT_THAT(ended.err, HasSubstr("cannot make '/mnt' read-only: Function not implemented"));
}

}  // namespace
}  // namespace cloister::selftests
