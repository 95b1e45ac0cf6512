// What tests change of the files that are there, in every way that there is: the same becomes of
// them plainly, in a cell, and in one with no more than the files that an audit of the test names.
#include <sys/stat.h>
#include <sys/xattr.h>

#include <cstring>
#include <fstream>
#include <sstream>

#include "selftests/adapters/command/run/cloister_run.h"
#include "selftests/support/disk_directory.h"
#include "selftests/support/lane.h"

namespace cloister::selftests {
namespace {

namespace fs = std::filesystem;

class RunChanges : public testing::TestWithParam<std::string> {
 protected:
  // A directory as each test finds it.
  struct Start {
    explicit Start(const std::string& parent = "/var/tmp")
        : directory("cloister-changes-XXXXXX", parent) {
      for (const char* name : {"data", "results", "tree/branch", "empty"})
        fs::create_directories(place / name);
      const std::pair<const char*, const char*> files[] = {
          {"data/words", "words"},  {"data/more", "more"},
          {"results/real", "real"}, {"tree/branch/leaf", "leaf"},
          {"tree/top", "top"},      {"log", "first\n"},
          {"old", "old"},           {"cloister.toml", ""}};
      for (const auto& [name, text] : files) std::ofstream(place / name) << text;
      fs::create_symlink("results/real", place / "latest");
      fs::create_symlink("results/nothing", place / "dangling");
      fs::create_directory_symlink("data", place / "linked");
      fs::create_symlink("loop", place / "loop");
      ::setxattr((place / "old").c_str(), "user.before", "b", 1, 0);
      std::ofstream(place / "holes") << "begin";
      fs::resize_file(place / "holes", 64U << 20);
      std::ofstream(place / "interpreter") << "#!/bin/sh\nexit 7\n";
      std::ofstream(place / "script") << "#!" << (place / "interpreter").string() << "\n";
      for (const char* name : {"interpreter", "script"})
        fs::permissions(place / name, fs::perms::owner_exec, fs::perm_options::add);
    }
    const DiskDirectory directory;
    const fs::path& place = directory.path();
  };

  static Ended run_in(const Start& start, std::vector<std::string> words) {
    Program program{std::move(words)};
    program.directory = start.place;
    return run(program);
  }
  Ended command_in(const Start& start, std::vector<std::string> words) const {
    words.insert(words.begin(), cloister_command());
    words.insert(words.end(),
                 {"--config", "cloister.toml", "--filter=" + GetParam(), tool("tests_changing")});
    return run_in(start, std::move(words));
  }

  // Every entry with its kind, mode, size, text or where it leads, but for the settings.
  static std::string tree_of(const Start& start) {
    std::vector<std::string> lines;
    for (const auto& entry : fs::recursive_directory_iterator(start.place)) {
      const fs::path name = entry.path().lexically_relative(start.place);
      if (name == "cloister.toml") continue;
      struct stat status{};
      ::lstat(entry.path().c_str(), &status);
      std::ostringstream line;
      line << name.string() << ' ' << std::oct << status.st_mode;
      char attributes[256];
      const ssize_t size = ::llistxattr(entry.path().c_str(), attributes, sizeof attributes);
      for (ssize_t at = 0; at < size; at += 1 + std::strlen(attributes + at))
        line << ' ' << attributes + at;
      if (entry.is_symlink()) {
        line << " -> " << fs::read_symlink(entry).string();
      } else if (entry.is_regular_file()) {
        std::ifstream file(entry.path());
        std::string text(100, '\0');
        file.read(text.data(), 100);
        text.resize(static_cast<std::size_t>(file.gcount()));
        constexpr blkcnt_t kBlocks = (4 << 20) / 512;  // overlayfs copies a MiB at once
        if (name != "script") line << " '" << text << '\'' << status.st_size;  // it has the place
        if (status.st_blocks >= kBlocks) line << " full";
      }
      lines.push_back(line.str());
    }
    std::ranges::sort(lines);
    std::ostringstream text;
    for (const std::string& line : lines) text << line << '\n';
    return text.str();
  }

  std::string plain_tree() const {
    const Start start;
    const Ended ended = run_in(start, {tool("tests_changing"), "--gtest_filter=" + GetParam()});
    EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
    return tree_of(start);
  }
};

TEST_P(RunChanges, AreTheSameInACell) {
  const Start start;
  const Ended ended = command_in(start, {"run"});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_EQ(tree_of(start), plain_tree());
}

TEST_P(RunChanges, AreTheSameWithTheFilesThatAnAuditNames) {
  if (!lane_gives("audit")) return;
  const Start audited;
  const Ended settings = command_in(audited, {"audit", "--toml"});
  EXPECT_EQ(settings.status, 0) << settings.out << settings.err;
  const std::string plain = plain_tree();
  EXPECT_EQ(tree_of(audited), plain);
  const Start start;
  std::ofstream(start.place / "cloister.toml") << settings.out;
  const Ended ended = command_in(start, {"run"});
  EXPECT_EQ(ended.status, 0) << settings.out << ended.out << ended.err;
  EXPECT_EQ(tree_of(start), plain) << settings.out << ended.err;
}

// Where cells have a directory of their own.
TEST_P(RunChanges, AreTheSameBelowTmpWithTheFilesThatAnAuditNames) {
  if (!lane_gives("audit")) return;
  const Start audited("/tmp");
  const Ended settings = command_in(audited, {"audit", "--toml"});
  EXPECT_EQ(settings.status, 0) << settings.out << settings.err;
  const std::string plain = plain_tree();
  EXPECT_EQ(tree_of(audited), plain);
  const Start start("/tmp");
  std::ofstream(start.place / "cloister.toml") << settings.out;
  EXPECT_EQ(command_in(start, {"run"}).status, 0);
  EXPECT_EQ(tree_of(start), plain) << settings.out;
}

// What the settings of all tests together give each of them.
TEST_P(RunChanges, AreTheSameWithTheFilesThatAnAuditOfAllNames) {
  if (!lane_gives("audit")) return;
  static const std::string kSettings = [] {
    const Start audited;
    const Ended settings =
        run_in(audited, {cloister_command(), "audit", "--toml", "--files=discard", "--config",
                         "cloister.toml", tool("tests_changing")});
    EXPECT_EQ(settings.status, 0) << settings.out << settings.err;
    return settings.out;
  }();
  const Start start;
  std::ofstream(start.place / "cloister.toml") << kSettings;
  const Ended ended = command_in(start, {"run"});
  EXPECT_EQ(ended.status, 0) << kSettings << ended.out << ended.err;
  EXPECT_EQ(tree_of(start), plain_tree()) << kSettings << ended.err;
}

std::vector<std::string> changes() {
  const Ended listed = run(Program{{tool("tests_changing"), "--gtest_list_tests"}});
  std::vector<std::string> names;
  std::istringstream lines(listed.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  ")) names.push_back("Changes." + line.substr(2));
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Of, RunChanges, testing::ValuesIn(changes()),
                         [](const auto& test) { return test.param.substr(8); });

}  // namespace
}  // namespace cloister::selftests
