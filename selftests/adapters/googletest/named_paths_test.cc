// What a job names for its tests is there for them, under /tmp too, however it is written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class NamedInTmp : public testing::Test {
 protected:
  NamedInTmp() {
    char name[] = "/tmp/cloister-named-XXXXXX";
    place_ = mkdtemp(name);
    fs::create_directories(place_ + "/deep");
    outside_ = "/var" + place_;
    std::error_code read_only;  // as in a virtual machine, or a container
    fs::create_directories(outside_, read_only);
  }
  ~NamedInTmp() override {
    fs::remove_all(place_);
    fs::remove_all(place_ + ".link");
    fs::remove_all(outside_);
  }
  static Ended run_one(const std::string& test, const std::string& variable,
                       std::vector<std::string> flags = {}) {
    Program program{{guest("naming"), "--gtest_filter=" + test}, {variable}};
    program.command.insert(program.command.end(), flags.begin(), flags.end());
    return run(program);
  }
  // Whether a file written into it is on the host afterwards, and /tmp was the cell's own.
  void expect_left(const std::string& directory) const {
    const Ended ended = run_one("Named.Dir*", "GUEST_DIRECTORY=" + directory);
    EXPECT_EQ(ended.status, 0) << directory << '\n' << ended.out << ended.err;
    EXPECT_THAT(ended.err, Not(HasSubstr("in '/tmp' itself")));
    EXPECT_TRUE(fs::remove(place_ + "/deep/left")) << directory;
  }

  std::string place_;
  std::string outside_;
};

TEST_F(NamedInTmp, DirectoriesAreThereHoweverTheyAreWritten) {
  if (fs::exists(outside_)) {
    fs::create_symlink(place_ + "/deep", outside_ + "/in");
    expect_left(outside_ + "/in");
  }
  fs::create_symlink(place_ + "/deep", place_ + ".link");
  for (const std::string& directory :
       {place_ + "/deep", "/" + place_ + "//deep", "/tmp/.." + place_ + "/deep", place_ + ".link"})
    expect_left(directory);
}

TEST_F(NamedInTmp, FilesAreThere) {
  std::ofstream(place_ + ".link") << "x";
  EXPECT_EQ(run_one("Named.File*", "GUEST_FILE=" + place_ + ".link").status, 0);
}

TEST_F(NamedInTmp, ServicesAnswer) {
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  (place_ + "/service").copy(at.sun_path, sizeof at.sun_path - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
  ASSERT_EQ(listen(fd, 8), 0);
  EXPECT_EQ(run_one("Named.Service*", "GUEST_SOCKET=" + place_ + "/service").status, 0);
  close(fd);
}

// Nothing but keep_paths names it: the variable's value is no absolute path.
TEST_F(NamedInTmp, OnlyToKeepPathsIsThereByThat) {
  const std::string variable = "GUEST_DIRECTORY=.." + std::string("/../../../../../../..") + place_;
  const std::string keep = "--cloister_keep_paths=" + place_;
  EXPECT_EQ(run_one("Named.Dir*", variable).status, lane_gives("private /tmp and /dev/shm"));
  fs::remove(place_ + "/left");
  EXPECT_EQ(run_one("Named.Dir*", variable, {keep}).status, 0);
  EXPECT_TRUE(fs::exists(place_ + "/left"));
}

TEST_F(NamedInTmp, MayBeMoreThanAHundred) {
  std::string keep = "--cloister_keep_paths=";
  std::vector<std::string> made;
  for (int i = 0; i < 100; ++i) {
    made.push_back(place_ + "." + std::to_string(i));
    fs::create_directory(made.back());
    keep += (i == 0 ? "" : ",") + made.back();
  }
  const Ended ended = run_one("Named.File*", "GUEST_FILE=/", {keep});
  EXPECT_EQ(ended.status, 0) << ended.out;
  for (const std::string& each : made) fs::remove(each);
}

TEST(LogsInTmpItself, KeepTheHostsTmpAndSaySo) {
  if (!lane_gives("private /tmp and /dev/shm")) return;
  const Ended ended = run({{guest("naming"), "--gtest_filter=Named.File*"},
                           {"GUEST_FILE=/", "LSAN_OPTIONS=log_path=/tmp/cloister-log"}});
  EXPECT_THAT(ended.err,
              HasSubstr("cloister: note: no private /tmp and /dev/shm on this host: log_path of "
                        "LSAN_OPTIONS names files in '/tmp' itself, which would be gone with the "
                        "cell; name a directory below it for them\n"));
}

TEST(Secretive, ProgramsHaveTheSameCellsAndStaySo) {
  const Program tests{{guest("naming"), "--gtest_filter=Secrets.*"}, {"GUEST_SECRET=1"}};
  EXPECT_EQ(run(tests).status, 0);
  const auto doctor = [](const char* variable) {
    return run({{guest("naming"), "--cloister_doctor"}, {variable}}).out;
  };
  EXPECT_EQ(doctor("GUEST_SECRET=1"), doctor("GUEST_OPEN=1"));
}

}  // namespace
}  // namespace cloister::selftests
