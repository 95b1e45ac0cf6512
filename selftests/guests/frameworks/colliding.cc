// Thirty pairs of tests that use the same name in the working directory: each passes alone, and
// fails beside the other of its pair.
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <tuple>

namespace {

constexpr int kPairsOfAKind = 6;
constexpr useconds_t kUse = 20'000;

class Colliding : public testing::TestWithParam<std::tuple<int, char>> {
 protected:
  std::string name() const {
    const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
    const std::string whole = test.name();
    return whole.substr(0, whole.find('/')) + std::to_string(std::get<0>(GetParam()));
  }
  std::string own() const { return std::string(1, std::get<1>(GetParam())); }
};

TEST_P(Colliding, Socket) {
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{AF_UNIX, {}};
  strncpy(address.sun_path, name().c_str(), sizeof address.sun_path - 1);
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0) << strerror(errno);
  usleep(kUse);
  EXPECT_EQ(unlink(name().c_str()), 0);
  close(fd);
}

TEST_P(Colliding, File) {
  std::ofstream(name()) << own();
  usleep(kUse);
  std::string text;
  std::ifstream(name()) >> text;
  EXPECT_EQ(text, own());
  EXPECT_EQ(unlink(name().c_str()), 0);
}

TEST_P(Colliding, Lock) {
  const int fd = open(name().c_str(), O_CREAT | O_EXCL | O_WRONLY, 0600);
  EXPECT_GE(fd, 0) << strerror(errno);
  usleep(kUse);
  EXPECT_EQ(unlink(name().c_str()), 0);
  close(fd);
}

TEST_P(Colliding, Directory) {
  EXPECT_EQ(mkdir(name().c_str(), 0755), 0) << strerror(errno);
  usleep(kUse);
  EXPECT_EQ(rmdir(name().c_str()), 0) << strerror(errno);
}

TEST_P(Colliding, Delete) {
  close(open(name().c_str(), O_CREAT | O_WRONLY, 0600));
  usleep(kUse);
  EXPECT_EQ(unlink(name().c_str()), 0) << strerror(errno);
}

INSTANTIATE_TEST_SUITE_P(Pairs, Colliding,
                         testing::Combine(testing::Range(0, kPairsOfAKind),
                                          testing::Values('a', 'b')));

class Large : public testing::TestWithParam<int> {};
// Whenever it is killed, it has written no part of a file.
TEST_P(Large, File) {
  const std::string text(std::size_t{1} << 20, static_cast<char>('a' + GetParam()));
  const int fd = open(".", O_TMPFILE | O_WRONLY, 0600);
  ASSERT_EQ(write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  usleep(50'000);  // beside the others of it
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  unlink("large.new");
  ASSERT_EQ(linkat(AT_FDCWD, link.c_str(), AT_FDCWD, "large.new", AT_SYMLINK_FOLLOW), 0);
  ASSERT_EQ(rename("large.new", "large"), 0);
}
INSTANTIATE_TEST_SUITE_P(Four, Large, testing::Range(0, 4));

// What is meant to stay.
TEST(Lasting, Golden) { std::ofstream("golden") << "made"; }

}  // namespace
