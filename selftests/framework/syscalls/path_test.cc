#include "framework/syscalls/path.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "framework/kernel/fd.h"

namespace cloister {
namespace {

std::string text_of(const Digits& digits) { return std::string(std::string_view(digits)); }

TEST(Digits, AreThoseOfTheNumber) {
  EXPECT_EQ(text_of(Digits(0)), "0");
  EXPECT_EQ(text_of(Digits(7)), "7");
  EXPECT_EQ(text_of(Digits(1050)), "1050");
}

TEST(Digits, HaveRoomForTheLargestNumber) { EXPECT_EQ(text_of(Digits(UINT32_MAX)), "4294967295"); }

TEST(PathInABuffer, IsItsPiecesOneAfterTheOther) {
  const Path path{"/proc/", Digits(42), "/ns"};
  EXPECT_EQ(path.text(), "/proc/42/ns");
}

TEST(PathInABuffer, IsTerminated) {
  const Path path{"/a", "b"};
  EXPECT_EQ(std::strlen(path.c_str()), 2U + 1U);
  EXPECT_STREQ(path.c_str(), "/ab");
}

TEST(PathInABuffer, OfNothingIsEmpty) {
  EXPECT_STREQ(Path({}).c_str(), "");
  EXPECT_EQ(Path({"", ""}).text(), "");
}

TEST(PathInABuffer, IsCutWhereTheKernelTakesNoMore) {
  const std::string longest(PATH_MAX - 1, 'x');
  EXPECT_EQ(Path({longest}).text(), longest);
  EXPECT_EQ(Path({longest, "more"}).text(), longest);
  EXPECT_EQ(std::strlen(Path({longest, "more"}).c_str()), longest.size());
}

TEST(PathInABuffer, LeadsToWhatADescriptorIsOpenOn) {
  const Fd root(::open("/", O_PATH | O_CLOEXEC));
  ASSERT_TRUE(root.open());
  EXPECT_EQ(link_target(link_of(root.get()).c_str()), "/");
}

}  // namespace
}  // namespace cloister
