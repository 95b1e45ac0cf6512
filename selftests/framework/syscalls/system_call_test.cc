#include "framework/syscalls/system_call.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace cloister {
namespace {

TEST(SystemCall, GivesWhatTheKernelAnswers) { EXPECT_EQ(system_call(SYS_getpid), ::getpid()); }

TEST(SystemCall, GivesAnErrorAsANegativeNumber) { EXPECT_EQ(system_call(SYS_close, -1), -EBADF); }

TEST(SystemCall, LeavesTheErrorOfTheLibraryAlone) {
  if (!kWithoutLibrary) GTEST_SKIP() << "here the C library makes the call";
  errno = 0;
  system_call(SYS_close, -1);
  EXPECT_EQ(errno, 0);
}

// The sixth is the offset, which is refused where it is not a page's.
TEST(SystemCall, HandsOverSixArguments) {
  const auto map = [](long offset) {
    return system_call(SYS_mmap, nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, offset);
  };
  EXPECT_EQ(map(1), -EINVAL);
  const long mapped = map(0);
  EXPECT_GT(mapped, 0);
  EXPECT_EQ(system_call(SYS_munmap, mapped, 4096), 0);
}

}  // namespace
}  // namespace cloister
