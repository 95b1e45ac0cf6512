// What is set up and torn down anew in every cell fails in all but the first: GUEST_MARK names a
// file that the first one makes, GUEST_FAILS where to fail.
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>

#include <cloister/gtest.h>

namespace {

// Fails where it was asked to, but not in the first cell.
void reached(const std::string& place) {
  if (place != getenv("GUEST_FAILS")) return;
  const int mark = open(getenv("GUEST_MARK"), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (mark >= 0) {
    close(mark);
    return;
  }
  ASSERT_EQ(errno, EEXIST);
  if (getenv("GUEST_SKIPS") != nullptr) GTEST_SKIP() << "not the first";
  ADD_FAILURE() << "not the first";
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
