// The main() of cloister::gtest_main, in place of gtest_main's and gmock_main's.
#include <gtest/gtest.h>
#include <stdio.h>

#include <cloister/gtest.h>

namespace testing {
// Defined where the program uses gmock.
[[gnu::weak]] void InitGoogleMock(int* argc, char** argv);
}  // namespace testing

int main(int argc, char** argv) {
  // As those of GoogleTest do, which say where their source was.
  printf("Running main() from cloister/gtest_main.cc\n");
  if (testing::InitGoogleMock != nullptr) {
    testing::InitGoogleMock(&argc, argv);
  } else {
    testing::InitGoogleTest(&argc, argv);
  }
  return cloister::run_all_tests();
}
