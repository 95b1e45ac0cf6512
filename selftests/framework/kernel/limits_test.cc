// Limits of this process itself. Only soft ones are changed for longer than a test.
#include "framework/kernel/limits.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "framework/kernel/fd.h"

namespace cloister {
namespace {

// Gives the limit on open files back as it was. None of those that are open is above it.
class OpenFilesLimit : public testing::Test {
 protected:
  ~OpenFilesLimit() override { ::setrlimit(RLIMIT_NOFILE, &before_); }
  static void lower_to(rlim_t soft) {
    const rlimit lowered{soft, limit_of(RLIMIT_NOFILE).rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lowered), 0);
  }
  static rlim_t now() { return limit_of(RLIMIT_NOFILE).rlim_cur; }

 private:
  rlimit before_ = limit_of(RLIMIT_NOFILE);
};

TEST_F(OpenFilesLimit, IsWhatTheKernelSays) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(limit_of(RLIMIT_NOFILE).rlim_cur, limit.rlim_cur);
  EXPECT_EQ(limit_of(RLIMIT_NOFILE).rlim_max, limit.rlim_max);
}

TEST_F(OpenFilesLimit, IsRaisedToWhatIsWanted) {
  lower_to(64);
  EXPECT_TRUE(raise_limit(RLIMIT_NOFILE, 65));
  EXPECT_EQ(now(), 65U);
}

TEST_F(OpenFilesLimit, ThatIsHighEnoughStaysAsItIs) {
  lower_to(64);
  EXPECT_TRUE(raise_limit(RLIMIT_NOFILE, 63));
  EXPECT_EQ(now(), 64U);
}

TEST_F(OpenFilesLimit, KeepsItsHardLimitWhereThatIsHigher) {
  const rlim_t hard = limit_of(RLIMIT_NOFILE).rlim_max;
  lower_to(64);
  raise_limit(RLIMIT_NOFILE, 65);
  EXPECT_EQ(limit_of(RLIMIT_NOFILE).rlim_max, hard);
}

// Nobody may raise it so far: fs.nr_open, proc_sys_fs(5).
TEST_F(OpenFilesLimit, IsRaisedAsFarAsItCanBe) {
  const rlim_t hard = limit_of(RLIMIT_NOFILE).rlim_max;
  lower_to(64);
  EXPECT_FALSE(raise_limit(RLIMIT_NOFILE, RLIM_INFINITY));
  EXPECT_EQ(now(), hard);
}

TEST_F(OpenFilesLimit, IsRaisedForAsLongAsItsObjectLives) {
  lower_to(64);
  {
    const RaisedLimit raised(RLIMIT_NOFILE, 65);
    EXPECT_TRUE(raised.is_enough());
    EXPECT_EQ(now(), 65U);
  }
  EXPECT_EQ(now(), 64U);
}

TEST_F(OpenFilesLimit, ThatIsNotHighEnoughSaysSoAndIsGivenBackToo) {
  lower_to(64);
  EXPECT_FALSE(RaisedLimit(RLIMIT_NOFILE, RLIM_INFINITY).is_enough());
  EXPECT_EQ(now(), 64U);
}

using OpenDescriptorCount = OpenFilesLimit;

TEST_F(OpenDescriptorCount, IsOneMoreWithOneMore) {
  const std::size_t before = open_descriptors();
  const Fd one_more(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(one_more.open());
  EXPECT_EQ(open_descriptors(), before + 1);
}

TEST_F(OpenDescriptorCount, IsTheSameTheNextTime) {
  const std::size_t before = open_descriptors();
  EXPECT_EQ(open_descriptors(), before);
}

// Below the lowest number that is free all are open.
TEST_F(OpenDescriptorCount, IsThatBelowTheLimitWhereNoneIsLeftToCountThemWith) {
  const int lowest = Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)).get();
  ASSERT_GE(lowest, 0);
  lower_to(static_cast<rlim_t>(lowest));
  EXPECT_EQ(open_descriptors(), static_cast<std::size_t>(lowest));
}

}  // namespace
}  // namespace cloister
