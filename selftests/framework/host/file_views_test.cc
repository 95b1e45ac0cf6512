#include "framework/host/file_views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "selftests/support/disk_directory.h"

namespace cloister {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

// A home with a project in it is one view: none of these has a home.
class FileViews : public testing::Test {
 protected:
  FileViews() {
    ::setenv("HOME", "/no/such/home", 1);
    ::unsetenv("XDG_RUNTIME_DIR");
  }
  ~FileViews() override {
    home_.empty() ? ::unsetenv("HOME") : ::setenv("HOME", home_.c_str(), 1);
    if (!run_.empty()) ::setenv("XDG_RUNTIME_DIR", run_.c_str(), 1);
  }
  FileViews(const FileViews&) = delete;
  FileViews& operator=(const FileViews&) = delete;

  static std::string value(const char* name) {
    const char* set = ::getenv(name);
    return set == nullptr ? "" : set;
  }
  // Of a run that starts below the place; what lies in /var/tmp is in that view.
  static std::vector<std::string> found(const std::string& start) {
    HostFacts facts;
    facts.privileged = true;
    facts.working_directory = start;
    find_file_views(facts);
    std::vector<std::string> directories;
    for (const FileView& view : facts.views) directories.push_back(view.directory);
    return directories;
  }

  std::string home_ = value("HOME");
  std::string run_ = value("XDG_RUNTIME_DIR");
  const selftests::DiskDirectory directory_{"cloister-views-XXXXXX"};
  const fs::path& place_ = directory_.path();
};

TEST_F(FileViews, AreOfTheOutermostOnes) {
  const fs::path parent = place_.parent_path();
  EXPECT_THAT(found(place_), ElementsAre(parent == "/tmp" ? place_.string() : parent.string()));
}

TEST_F(FileViews, AreOfTheHomeDirectory) {
  char name[] = "/dev/shm/cloister-home-XXXXXX";
  ASSERT_NE(::mkdtemp(name), nullptr);
  ::setenv("HOME", name, 1);
  EXPECT_THAT(found("/"), Contains(std::string(name)));
  fs::remove_all(name);
}

TEST_F(FileViews, AreOfTheWholeProjectThatTheRunStartsIn) {
  char name[] = "/dev/shm/cloister-project-XXXXXX";
  ASSERT_NE(::mkdtemp(name), nullptr);
  const fs::path project(name);
  fs::create_directories(project / "source" / ".git");
  fs::create_directories(project / "source" / "tests" / "deep");
  EXPECT_THAT(found(project / "source" / "tests" / "deep"),
              Contains((project / "source").string()));
  fs::create_directories(project / "build" / "tests");
  std::ofstream(project / "build" / "CMakeCache.txt")
      << "//A comment\nCMAKE_HOME_DIRECTORY:INTERNAL=" << (project / "source").string() << "\n";
  const auto of_build = found(project / "build" / "tests");
  EXPECT_THAT(of_build, Contains((project / "build").string()));
  EXPECT_THAT(of_build, Contains((project / "source").string()));
  fs::remove_all(project);
}

TEST_F(FileViews, AreOfTheWorkingDirectoryWhereTheProjectCanHaveNone) {
  char name[] = "/dev/shm/cloister-start-XXXXXX";
  ASSERT_NE(::mkdtemp(name), nullptr);
  const bool made = fs::create_directory("/dev/shm/.hg");
  EXPECT_THAT(found(name), Contains(std::string(name)));
  if (made) fs::remove("/dev/shm/.hg");
  fs::remove_all(name);
}

TEST_F(FileViews, AreNotOfWhatIsCoveredAnyway) {
  EXPECT_THAT(found("/tmp"), Not(Contains("/tmp")));
  EXPECT_THAT(found("/"), Not(Contains("/")));
}

TEST_F(FileViews, OfADirectoryOfOthersAreLostToAnOrdinaryUser) {
  HostFacts facts;
  facts.uid = ::geteuid();
  facts.gid = ::getegid() + 1;
  facts.working_directory = place_;
  find_file_views(facts);
  ASSERT_FALSE(facts.has(Facility::kFileViews));
  EXPECT_EQ(facts.loss_of(Facility::kFileViews)->why,
            "'" + place_.string() +
                "', where the run was started, is of another user or group than its own");
  facts.losses.clear();
  facts.privileged = true;
  find_file_views(facts);
  EXPECT_TRUE(facts.has(Facility::kFileViews));
}

TEST_F(FileViews, ShareOnlyWhatLiesInThemAndIsThere) {
  std::ofstream(place_ / "file");
  std::vector<FileView> views = {{place_}, {"/elsewhere"}};
  share_existing(views, std::vector<std::string>{place_ / "file", place_ / "gone", "/etc"});
  EXPECT_THAT(views[0].shared, ElementsAre("file"));
  EXPECT_THAT(views[1].shared, ElementsAre());
}

TEST_F(FileViews, OfAProgramWithoutGcovShareNothing) {
  EXPECT_THAT(gcov_directories("/proc/self/exe"), ElementsAre());
  EXPECT_THAT(gcov_directories("/no/such/program"), ElementsAre());
}

TEST_F(FileViews, KnowWhereGcovCounts) {
  std::ofstream(place_ / "program") << std::string("x\0", 2) << (place_ / "a/b.gcda").string()
                                    << '\0' << (place_ / "c/d.gcda").string() << '\0';
  EXPECT_THAT(gcov_directories(place_ / "program"),
              ElementsAre((place_ / "a").string(), (place_ / "c").string()));
}

}  // namespace
}  // namespace cloister
