#include "framework/config/find_config.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace cloister {
namespace {

namespace fs = std::filesystem;

// ROOT/above/below, in which every search of these tests ends.
class FindConfig : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(root_);
    fs::create_directories(root_ / "above/below");
  }
  void TearDown() override { fs::remove_all(root_); }
  static void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }
  static std::string text_of(const Result<std::optional<ConfigText>>& found) {
    if (!found) return found.error().text();
    return *found ? (*found)->text : "nothing";
  }

  const fs::path root_ = testing::TempDir() + "cloister-config-" + std::to_string(getpid());
};

TEST_F(FindConfig, TheNearestOneAboveIsRead) {
  write(root_ / "cloister.toml", "far");
  write(root_ / "above/cloister.toml", "near");
  const auto found = find_config(root_ / "above/below");
  EXPECT_EQ(text_of(found), "near");
  EXPECT_EQ((*found)->name, root_ / "above/cloister.toml");
}

TEST_F(FindConfig, TheOneInTheDirectoryItselfIsNearer) {
  write(root_ / "above/cloister.toml", "above");
  write(root_ / "above/below/cloister.toml", "below");
  EXPECT_EQ(text_of(find_config(root_ / "above/below")), "below");
}

TEST_F(FindConfig, OneBelowIsNotLookedAt) {
  write(root_ / "cloister.toml", "root");
  write(root_ / "above/below/cloister.toml", "below");
  EXPECT_EQ(text_of(find_config(root_ / "above")), "root");
}

TEST_F(FindConfig, ADirectoryThatIsGoneHasNone) { EXPECT_EQ(text_of(find_config("")), "nothing"); }

TEST_F(FindConfig, OneThatCannotBeReadIsNotPassedOver) {
  write(root_ / "cloister.toml", "root");
  fs::create_directory(root_ / "above/cloister.toml");
  EXPECT_EQ(
      text_of(find_config(root_ / "above/below")),
      "cannot read '" + (root_ / "above/cloister.toml").string() + "': Is a directory (EISDIR)");
}

TEST_F(FindConfig, ALinkToNowhereIsNotPassedOver) {
  write(root_ / "cloister.toml", "root");
  fs::create_symlink("/nowhere/at/all", root_ / "above/cloister.toml");
  EXPECT_EQ(text_of(find_config(root_ / "above")), "cannot open '" +
                                                       (root_ / "above/cloister.toml").string() +
                                                       "': No such file or directory (ENOENT)");
}

TEST_F(FindConfig, OneThatIsTooLargeIsRefused) {
  write(root_ / "cloister.toml", std::string((1 << 20) + 1, '#'));
  EXPECT_EQ(text_of(find_config(root_)),
            "cannot read '" + (root_ / "cloister.toml").string() + "': it is larger than 1 MiB");
  write(root_ / "cloister.toml", std::string(1 << 20, '#'));
  EXPECT_EQ(text_of(find_config(root_)).size(), std::size_t{1} << 20);
}

TEST_F(FindConfig, OneThatIsNamedIsReadByThatName) {
  write(root_ / "other.toml", "named");
  EXPECT_EQ(text_of(read_config(root_ / "other.toml")), "named");
}

TEST_F(FindConfig, NoneIsNoFile) { EXPECT_EQ(text_of(read_config("none")), "nothing"); }

TEST_F(FindConfig, OneThatIsNamedMustBeThere) {
  EXPECT_EQ(text_of(read_config("/nowhere/c.toml")),
            "cannot open '/nowhere/c.toml': No such file or directory (ENOENT)");
}

TEST_F(FindConfig, OneThatIsNoRegularFileIsAnError) {
  const std::string fifo = root_ / "cloister.toml";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const std::string words =
      "cannot read '" + fifo + "': it is a FIFO, and settings are read from regular files only";
  EXPECT_EQ(text_of(find_config(root_ / "above")), words);
  EXPECT_EQ(text_of(read_config(fifo)), words);
  EXPECT_EQ(text_of(read_config("/dev/zero")),
            "cannot read '/dev/zero': it is a device, and settings are read from regular files "
            "only");
}

TEST_F(FindConfig, TheNullDeviceIsAnEmptyFile) { EXPECT_EQ(text_of(read_config("/dev/null")), ""); }

}  // namespace
}  // namespace cloister
