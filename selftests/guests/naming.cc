// Uses what the job has named for it: a directory, a service.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <cloister/gtest.h>

namespace {

TEST(Named, DirectoryCanBeWrittenTo) {
  std::ofstream file(std::string(getenv("GUEST_DIRECTORY")) + "/left");
  file << "by the test" << std::flush;
  EXPECT_TRUE(file.good());
}

TEST(Named, FileIsThere) { EXPECT_EQ(access(getenv("GUEST_FILE"), R_OK), 0); }

TEST(Named, ServiceAnswers) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  strncpy(to.sun_path, getenv("GUEST_SOCKET"), sizeof to.sun_path - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0) << strerror(errno);
}

// In a directory that its cell covers: what it writes by a short name stays, also when it makes
// that the whole one; what it writes to the directory by name is in the cell alone.
TEST(Started, WritesWhereItWasStarted) {
  const std::string name = getenv("STARTED_FILE");
  std::ofstream(name) << "kept";
  EXPECT_TRUE(std::filesystem::exists(std::filesystem::absolute(name)));
  std::ofstream(std::string(getenv("STARTED_IN")) + "/private_" + name) << "not kept";
}

TEST(Secrets, AreNotDumped) { EXPECT_EQ(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0); }

}  // namespace

int main(int argc, char** argv) {
  if (getenv("GUEST_SECRET") != nullptr) prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  testing::InitGoogleTest(&argc, argv);
  return cloister::run_all_tests();
}
