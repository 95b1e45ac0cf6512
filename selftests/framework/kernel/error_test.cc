#include "framework/kernel/error.h"

#include <errno.h>
#include <gtest/gtest.h>

namespace cloister {
namespace {

TEST(Error, NamesTheDeedTheReasonAndTheCure) {
  const Error error{"mount tmpfs on '/tmp'", EPERM, "run as root"};
  EXPECT_EQ(error.text(),
            "cannot mount tmpfs on '/tmp': Operation not permitted (EPERM); run as root");
}

TEST(Error, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ((Error{"find a plan", 0, ""}.text()), "cannot find a plan");
  EXPECT_EQ((Error{"find a plan", 99999, ""}.text()), "cannot find a plan: error 99999");
}

TEST(Error, FailedTakesErrno) {
  errno = ENOENT;
  EXPECT_EQ(failed("open 'x'").error().number, ENOENT);
}

}  // namespace
}  // namespace cloister
