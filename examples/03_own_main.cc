// Shows: a program with a main() of its own. It links cloister::gtest and calls
// cloister::run_all_tests() where it called RUN_ALL_TESTS(). Flags of its own, global environments
// and listeners go on working: an environment is set up inside each cell, a listener hears every
// test from the outside.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <cloister/gtest.h>

namespace {

const std::filesystem::path kDataFile = "/tmp/own_main/data";

// Runs in every cell before its test: /tmp is empty there.
class DataDirectory : public testing::Environment {
 public:
  void SetUp() override {
    ASSERT_TRUE(create_directory(kDataFile.parent_path())) << "it was there already";
    std::ofstream(kDataFile) << "fresh\n";
  }
  void TearDown() override { remove_all(kDataFile.parent_path()); }
};

// Lives in the process that was started, and so can count over all the tests.
class Counter : public testing::EmptyTestEventListener {
 public:
  void OnTestEnd(const testing::TestInfo&) override { ++ended_; }
  void OnTestProgramEnd(const testing::UnitTest&) override {
    std::cout << "own main: " << ended_ << " tests ended\n";
  }

 private:
  int ended_ = 0;
};

std::string read_data() {
  std::string word;
  std::ifstream(kDataFile) >> word;
  return word;
}

TEST(OwnMain, TestSpoilsTheData) {
  ASSERT_EQ(read_data(), "fresh");
  std::ofstream(kDataFile) << "spoiled\n";
}

TEST(OwnMain, OtherTestGetsFreshData) { EXPECT_EQ(read_data(), "fresh"); }

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc > 1 && std::strcmp(argv[1], "--greet") == 0) std::cout << "own main: hello\n";
  testing::AddGlobalTestEnvironment(new DataDirectory);
  testing::UnitTest::GetInstance()->listeners().Append(new Counter);
  return cloister::run_all_tests();
}
