#include "framework/syscalls/close_others.h"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace cloister {
namespace {

bool is_open(unsigned fd) { return ::fcntl(static_cast<int>(fd), F_GETFD) >= 0; }

// Four numbers in a row, far from those of others.
class FourDescriptors : public testing::Test {
 protected:
  static constexpr unsigned kFirst = 500;
  FourDescriptors() {
    for (unsigned i = 0; i < 4; ++i) ::dup3(STDIN_FILENO, static_cast<int>(kFirst + i), O_CLOEXEC);
  }
  ~FourDescriptors() override {
    for (unsigned i = 0; i < 4; ++i) ::close(static_cast<int>(kFirst + i));
  }
  static std::string which_are_open() {
    std::string open;
    for (unsigned i = 0; i < 4; ++i) open += is_open(kFirst + i) ? 'o' : '-';
    return open;
  }
};

TEST_F(FourDescriptors, AreClosedBetweenTheFirstAndTheLast) {
  ASSERT_EQ(which_are_open(), "oooo");
  close_between(kFirst + 1, kFirst + 2);
  EXPECT_EQ(which_are_open(), "o--o");
}

TEST_F(FourDescriptors, AreClosedWhereFirstAndLastAreOne) {
  close_between(kFirst + 1, kFirst + 1);
  EXPECT_EQ(which_are_open(), "o-oo");
}

TEST_F(FourDescriptors, StayOpenWhereTheLastIsBeforeTheFirst) {
  close_between(kFirst + 2, kFirst + 1);
  EXPECT_EQ(which_are_open(), "oooo");
}

TEST_F(FourDescriptors, AreClosedAlthoughSomeAreClosedAlready) {
  ::close(static_cast<int>(kFirst + 1));
  close_between(kFirst, kFirst + 3);
  EXPECT_EQ(which_are_open(), "----");
}

}  // namespace
}  // namespace cloister
