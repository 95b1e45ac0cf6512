#include <gtest/gtest.h>

#include <cloister/gtest.h>

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return cloister::run_all_tests();
}
