#include "framework/config/path_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "selftests/support/disk_directory.h"

namespace cloister {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

TEST(PathPattern, ANameStandsForItselfAndForWhatLiesInIt) {
  EXPECT_TRUE(matches_path("/a/b", "/a/b"));
  EXPECT_TRUE(matches_path("/a/b", "/a/b/c"));
  EXPECT_FALSE(matches_path("/a/b", "/a"));
  EXPECT_FALSE(matches_path("/a/b", "/a/bc"));
}

TEST(PathPattern, AStarStandsForNamesInOneDirectory) {
  EXPECT_TRUE(matches_path("/a/*.txt", "/a/b.txt"));
  EXPECT_FALSE(matches_path("/a/*.txt", "/a/c/b.txt"));
  EXPECT_FALSE(matches_path("/a/*", "/a/.hidden"));
}

TEST(PathPattern, TwoStarsStandForAnyNumberOfDirectories) {
  EXPECT_TRUE(matches_path("/a/**/*.txt", "/a/b.txt"));
  EXPECT_TRUE(matches_path("/a/**/*.txt", "/a/c/d/b.txt"));
  EXPECT_FALSE(matches_path("/a/**/*.txt", "/b/b.txt"));
  EXPECT_TRUE(matches_path("/a/**", "/a/b/c"));
}

TEST(PathPattern, ABackslashIsItselfAndBracketsHoldAWildcard) {
  EXPECT_TRUE(matches_path("/a\\b/c", "/a\\b/c"));
  EXPECT_TRUE(matches_path("/a/[*]", "/a/*"));
  EXPECT_FALSE(matches_path("/a/[*]", "/a/b"));
}

TEST(PathPattern, ItsPlainPartIsWhatHasNoWildcard) {
  EXPECT_EQ(plain_part("/a/b/*.txt"), "/a/b");
  EXPECT_EQ(plain_part("/a/b"), "/a/b");
  EXPECT_EQ(plain_part("/**"), "/");
}

class Expanded : public testing::Test {
 protected:
  Expanded() {
    for (const char* name : {"one.txt", "two.txt", "deep/three.txt", "deep/four.md"}) {
      fs::create_directories((place_ / name).parent_path());
      std::ofstream(place_ / name) << name;
    }
  }
  std::vector<std::string> names(const std::string& pattern) const {
    std::vector<std::string> names;
    for (const std::string& path : expand_path(place_ / pattern))
      names.push_back(fs::path(path).lexically_relative(place_));
    return names;
  }
  const selftests::DiskDirectory directory_{"cloister-pattern-XXXXXX"};
  const fs::path& place_ = directory_.path();
};

TEST_F(Expanded, GivesWhatIsThere) {
  EXPECT_THAT(names("*.txt"), ElementsAre("one.txt", "two.txt"));
  EXPECT_THAT(names("**/*.txt"), ElementsAre("deep/three.txt", "one.txt", "two.txt"));
  EXPECT_THAT(names("deep/**"), ElementsAre("deep"));
  EXPECT_THAT(names("one.txt"), ElementsAre("one.txt"));
}

TEST_F(Expanded, GivesNothingWhereNothingIs) {
  EXPECT_TRUE(names("*.cc").empty());
  EXPECT_TRUE(names("gone").empty());
}

TEST(PathPattern, RelativeOnesBeginAtTheDirectory) {
  EXPECT_THAT(absolute_paths({"a/../b", "/c/", "./**"}, "/d"), ElementsAre("/d/b", "/c", "/d/**"));
}

TEST(PathPattern, ManyAnyDirectoriesTakeNoTime) {
  std::string pattern;
  std::string path;
  for (int i = 0; i < 30; ++i) {
    pattern += "/**/a";
    path += "/a/a";
  }
  EXPECT_FALSE(matches_path(pattern + "/b", path + path + "/c"));
  EXPECT_TRUE(matches_path(pattern + "/**/b", path + path + "/b"));
}

}  // namespace
}  // namespace cloister
