// Uses what the job has named for it: a directory, a service.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>

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

TEST(Secrets, AreNotDumped) { EXPECT_EQ(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0); }

}  // namespace

int main(int argc, char** argv) {
  if (getenv("GUEST_SECRET") != nullptr) prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  testing::InitGoogleTest(&argc, argv);
  return cloister::run_all_tests();
}
