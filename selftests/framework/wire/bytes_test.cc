#include "framework/wire/bytes.h"

#include <gtest/gtest.h>

namespace cloister {
namespace {

TEST(Bytes, ComeOutAsTheyWentIn) {
  ByteWriter out;
  out.number(std::uint64_t{7});
  out.text(std::string_view("a\0b", 3));
  out.number(-1);
  ByteReader in(out.bytes());
  EXPECT_EQ(in.number<std::uint64_t>(), 7U);
  EXPECT_EQ(in.text(), std::string_view("a\0b", 3));
  EXPECT_EQ(in.number<int>(), -1);
  EXPECT_TRUE(in.ok());
  EXPECT_TRUE(in.at_end());
}

TEST(Bytes, ShortInputFailsAndGivesZeros) {
  ByteReader in("abc");
  EXPECT_EQ(in.number<std::uint32_t>(), 0U);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.text(), "");
}

TEST(Bytes, TextLongerThanItsBytesFails) {
  ByteWriter out;
  out.number(std::uint32_t{5});
  out.number('x');
  ByteReader in(out.bytes());
  EXPECT_EQ(in.text(), "");
  EXPECT_FALSE(in.ok());
}

TEST(Bytes, CountsAreBoundedByWhatIsLeft) {
  ByteWriter out;
  out.number(std::uint32_t{0xFFFFFFFF});
  ByteReader in(out.bytes());
  EXPECT_EQ(in.count(), 0U);
  EXPECT_FALSE(in.ok());
}

TEST(Bytes, ABoolIsZeroOrOne) {
  ByteReader in(std::string_view("\0\1\2", 3));
  EXPECT_FALSE(in.number<bool>());
  EXPECT_TRUE(in.number<bool>());
  EXPECT_TRUE(in.ok());
  EXPECT_FALSE(in.number<bool>());
  EXPECT_FALSE(in.ok());
}

}  // namespace
}  // namespace cloister
