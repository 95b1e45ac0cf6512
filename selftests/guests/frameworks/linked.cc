// A GoogleTest binary that is linked with Cloister: its cells are as its own code says.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cloister/gtest.h>

#include "selftests/guests/frameworks/ways_to_end.h"

CLOISTER_SUITE(Linked, cloister::CellConfig{}.with_hostname("as-coded"));

TEST(Linked, HasTheCellOfItsCode) {
  char name[65] = {};
  gethostname(name, sizeof name);
  EXPECT_STREQ(name, "as-coded");
}
TEST(Linked, Fails) { EXPECT_EQ(3, 1 + 1); }
TEST(Linked, Skips) { GTEST_SKIP() << "no printer"; }
TEST(Linked, Crashes) { crash(); }
TEST(Linked, Hangs) { hang(); }
TEST(Linked, SeesNoDescriptorOfTheRun) {
  constexpr int kFirstOfItsCell = 900;
  for (int fd = 3; fd < kFirstOfItsCell; ++fd) EXPECT_EQ(fcntl(fd, F_GETFD), -1) << fd;
}
TEST(Linked, SeesTheFlags) { EXPECT_NE(getenv("HOME"), nullptr); }
