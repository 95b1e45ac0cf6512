#include "framework/builder/doing.h"

#include <gtest/gtest.h>

#include <string>

namespace cloister {
namespace {

TEST(FailureOfTheBuilder, IsAStepThatReturnsFalse) {
  InsideReply reply;
  EXPECT_FALSE(fail(reply, "mount"));
}

TEST(FailureOfTheBuilder, HasTheErrorAndTheWords) {
  InsideReply reply;
  errno = EBUSY;
  fail(reply, "mount %s on '%s'", "tmpfs", "/tmp");
  EXPECT_EQ(reply.error, EBUSY);
  EXPECT_STREQ(reply.doing, "mount tmpfs on '/tmp'");
}

TEST(FailureOfTheBuilder, IsCutWhereItsRoomEnds) {
  InsideReply reply;
  const std::string longer(kDoingLength, 'x');
  fail(reply, "%s", longer.c_str());
  EXPECT_EQ(std::string(reply.doing), longer.substr(0, kDoingLength - 1));
}

}  // namespace
}  // namespace cloister
