#include <gflags/gflags.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cloister/gtest.h>

DEFINE_string(greeting, "", "a flag of the program");

TEST(Gflags, HaveTheirOwn) { EXPECT_EQ(FLAGS_greeting, "hello"); }
TEST(Gflags, LeaveCloisterItsOwn) {
  char name[65] = {};
  gethostname(name, sizeof name);
  EXPECT_STREQ(name, "abbey");
}

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  gflags::ParseCommandLineFlags(&argc, &argv, true);
  return argc == 1 ? cloister::run_all_tests() : 3;
}
