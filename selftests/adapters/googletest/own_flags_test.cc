#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <cloister/gtest.h>

namespace cloister::selftests {
namespace {

// A command line, and what stands behind it.
std::vector<std::string> left_of(std::vector<std::string> words, int argc, int& argc_after) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  init(&argc, argv.data());
  argc_after = argc;
  std::vector<std::string> left;
  for (char** at = argv.data(); *at != nullptr; ++at) left.emplace_back(*at);
  return left;
}

TEST(OwnFlags, AreTakenOutOfTheCommandLineAndNoOthers) {
  int argc = 0;
  const auto left = left_of({"program", "--cloister_deadline=5s", "--greeting=hello", "--cloister",
                             "--cloister=off", "--cloisters", "file"},
                            7, argc);
  EXPECT_EQ(argc, 4);
  EXPECT_THAT(left, testing::ElementsAre("program", "--greeting=hello", "--cloisters", "file"));
}

// A program may give GoogleTest a part of its command line.
TEST(OwnFlags, LeaveWhatStandsBehindTheCommandLine) {
  int argc = 0;
  const auto left = left_of({"program", "other", "--cloister_jobs=1"}, 1, argc);
  EXPECT_EQ(argc, 1);
  EXPECT_THAT(left, testing::ElementsAre("program", "other", "--cloister_jobs=1"));
}

}  // namespace
}  // namespace cloister::selftests
