#include "framework/kernel/fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cloister {
namespace {

bool is_open(int number) { return ::fcntl(number, F_GETFD) >= 0; }

TEST(Fd, ClosesWhatItOwns) {
  int number = -1;
  {
    const Fd fd(::open("/dev/null", O_RDONLY));
    number = fd.get();
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(Fd, MovesWithoutClosing) {
  Fd first(::open("/dev/null", O_RDONLY));
  const int number = first.get();
  const Fd second = std::move(first);
  EXPECT_EQ(second.get(), number);
  EXPECT_TRUE(is_open(number));
}

TEST(Fd, ReleaseLeavesItOpen) {
  Fd fd(::open("/dev/null", O_RDONLY));
  const int number = fd.release();
  fd.reset();
  EXPECT_TRUE(is_open(number));
  ::close(number);
}

TEST(Pipe, ClosesOnExec) {
  const auto pipe = make_pipe();
  ASSERT_TRUE(pipe);
  EXPECT_EQ(::fcntl(pipe->read_end.get(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(::fcntl(pipe->write_end.get(), F_GETFD), FD_CLOEXEC);
}

TEST(ReadFile, NamesTheFileThatItCannotOpen) {
  const auto content = read_file("/no/such/file");
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().text(),
            "cannot open '/no/such/file': No such file or directory (ENOENT)");
}

TEST(ReadFile, StopsAtItsLimit) {
  const auto content = read_file("/dev/zero", 8192);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->size(), 8192U);
}

}  // namespace
}  // namespace cloister
