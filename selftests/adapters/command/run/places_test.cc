// Where a run may be started: whatever kind of directory it is, tests have views of it, and what
// they leave is there.
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "selftests/adapters/command/run/cloister_run.h"
#include "selftests/support/disk_directory.h"
#include "selftests/support/lane.h"

namespace cloister::selftests {
namespace {

namespace fs = std::filesystem;

class RunIn : public testing::Test {
 protected:
  ~RunIn() override {
    if (mounted_) ::umount2(mount_.c_str(), MNT_DETACH);
  }
  fs::path make(const std::string& name) const {
    fs::create_directories(place_ / name);
    return place_ / name;
  }
  // Takes the right to mount.
  fs::path mount(const char* kind, const std::string& options) {
    mount_ = make("mounted");
    mounted_ = ::mount(kind, mount_.c_str(), kind, 0, options.c_str()) == 0;
    EXPECT_TRUE(mounted_) << strerrorname_np(errno);
    return mount_;
  }
  // 60 tests that collide, and one that leaves a file.
  static void expect_views_in(const fs::path& directory) {
    Program program = cloister_run({"-j8", "--filter=Pairs*:Lasting*", tool("tests_colliding")});
    program.directory = directory;
    const Ended ended = run(program);
    EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
    EXPECT_EQ(ended.err, "");
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory))
      names.push_back(entry.path().filename());
    EXPECT_EQ(names, std::vector<std::string>{"golden"});
  }

  const DiskDirectory directory_{"cloister-place-XXXXXX"};
  const fs::path& place_ = directory_.path();
  fs::path mount_;
  bool mounted_ = false;
};

TEST_F(RunIn, ADirectoryWithANewlineAndWhatSeparatesMountOptions) {
  if (lane_gives("own view of files")) expect_views_in(make("a\nb,c:d\\e"));
}

TEST_F(RunIn, ADirectoryThatALinkLeadsTo) {
  if (!lane_gives("own view of files")) return;
  fs::create_directory_symlink(make("real"), place_ / "link");
  expect_views_in(place_ / "link");
}

TEST_F(RunIn, ATmpfs) {
  if (!lane_gives("own view of files") || ::geteuid() != 0) return;
  expect_views_in(mount("tmpfs", ""));
}

// As the root of a container.
TEST_F(RunIn, AnOverlay) {
  if (!lane_gives("own view of files") || ::geteuid() != 0) return;
  const std::string lower = make("lower");
  const std::string upper = make("upper");
  const std::string work = make("work");
  expect_views_in(
      mount("overlay", "lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + work));
}

TEST_F(RunIn, AFileSystemInUserSpace) {
  if (!lane_gives("own view of files") || ::geteuid() != 0) return;
  ASSERT_TRUE(fs::exists("/dev/fuse")) << "this host has no FUSE: load its module";
  mount_ = make("mounted");
  const Ended bound = run({{"bindfs", make("behind").string(), mount_.string()}});
  mounted_ = bound.status == 0;
  ASSERT_TRUE(mounted_) << bound.err;
  expect_views_in(mount_);
}

}  // namespace
}  // namespace cloister::selftests
