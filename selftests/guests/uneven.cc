// What is set up and torn down anew in every cell fails in all but the first: GUEST_COUNTER names a
// file that grows by a byte per cell, GUEST_FAILS where to fail.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include <cloister/gtest.h>

namespace {

// Fails where it was asked to, but not in the first cell.
void reached(const std::string& place) {
  if (place != getenv("GUEST_FAILS")) return;
  const int file = open(getenv("GUEST_COUNTER"), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  struct stat before{};
  ASSERT_EQ(fstat(file, &before), 0);
  EXPECT_EQ(write(file, ".", 1), 1);
  close(file);
  if (before.st_size != 0 && getenv("GUEST_SKIPS") != nullptr) GTEST_SKIP() << "not the first";
  EXPECT_EQ(before.st_size, 0) << "not the first";
}

class World : public testing::Environment {
 public:
  void SetUp() override { reached("environment"); }
  void TearDown() override { reached("environment's tear-down"); }
};

class Uneven : public testing::Test {
 protected:
  static void SetUpTestSuite() { reached("suite"); }
  static void TearDownTestSuite() { reached("suite's tear-down"); }
};
TEST_F(Uneven, First) {}
TEST_F(Uneven, Second) {}
TEST_F(Uneven, Third) {}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::AddGlobalTestEnvironment(new World);
  return cloister::run_all_tests();
}
