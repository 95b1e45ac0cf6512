// Tests that report more than anybody will read.
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

namespace {

const std::size_t kMebibyte = std::size_t{1} << 20;

TEST(Wordy, FailsInSeventeenMebibytes) { ADD_FAILURE() << std::string(17 * kMebibyte, 'm'); }
TEST(Wordy, RecordsSeventeenMebibytes) { RecordProperty("dump", std::string(17 * kMebibyte, 'p')); }
TEST(Wordy, RecordsTooMuchAndFails) {
  for (int i = 0; i < 10; ++i)
    RecordProperty("dump" + std::to_string(i), std::string(9 * kMebibyte, 'p'));
  ADD_FAILURE() << "the failure";
}
TEST(Wordy, FailsOftenAndLong) {
  for (int i = 0; i < 40; ++i) EXPECT_TRUE(false) << std::string(3 * kMebibyte, 'x');
  ASSERT_TRUE(false) << "fatally";
}
TEST(Wordy, FailsWithoutAPipe) {
  SUCCEED() << std::string(40 << 10, 's');
  for (int fd = 3; fd < 1024; ++fd) close(fd);
  for (int i = 0; i < 1000; ++i) SUCCEED() << std::string(1000, 's');
  for (int i = 0; i < 1000; ++i) ADD_FAILURE() << std::string(1000, 'x');
}
TEST(Wordy, IsSkippedWithoutAPipe) {
  for (int fd = 3; fd < 1024; ++fd) close(fd);
  for (int i = 0; i < 1000; ++i) SUCCEED() << std::string(1000, 's');
  GTEST_SKIP() << std::string(100 << 10, 'x');
}
TEST(Wordy, PassesWithoutAPipe) {
  for (int fd = 3; fd < 1024; ++fd) close(fd);
  RecordProperty("dump", std::string(100 << 10, 'p'));
}

}  // namespace
