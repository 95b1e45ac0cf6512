// A GoogleTest binary whose main() passes no flag on: asked anything, it runs its tests.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

TEST(Heedless, LeavesAMark) { std::ofstream("/tmp/cloister-heedless") << getpid(); }

int main(int, char** argv) {
  int argc = 1;
  char* alone[] = {argv[0], nullptr};
  testing::InitGoogleTest(&argc, alone);
  return RUN_ALL_TESTS();
}
