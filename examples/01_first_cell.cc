// Shows: a plain GoogleTest file with nothing of Cloister in it. Linked with cloister::gtest_main,
// each test has a hostname, processes, ports and a /tmp of its own.
// The first test leaves behind what tests leave behind; the second would fail if it saw any of it.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

constexpr std::uint16_t kPort = 8080;
const std::filesystem::path kFile = "/tmp/first_cell.txt";

// Listens on a fixed port of the loopback and never closes the socket. 0, or errno.
int occupy_port() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(kPort);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool listening =
      bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      listen(listener, 1) == 0;
  return listening ? 0 : errno;
}

void occupy_everything() {
  EXPECT_EQ(occupy_port(), 0) << "port " << kPort << " is taken";
  EXPECT_FALSE(exists(kFile)) << "another test was here";
  std::ofstream(kFile) << "left behind by process " << getpid() << '\n';
  EXPECT_TRUE(exists(kFile));
}

TEST(FirstCell, LeavesAFileAndAnOpenPortBehind) { occupy_everything(); }

TEST(FirstCell, SeesNothingOfTheOtherTest) { occupy_everything(); }

TEST(FirstCell, HasAHostnameOfItsOwn) {
  char hostname[65] = "";
  ASSERT_EQ(gethostname(hostname, sizeof hostname), 0);
  EXPECT_STREQ(hostname, "cloister");
}

TEST(FirstCell, SeesNoProcessButTheCellsInitAndItself) {
  std::vector<std::string> processes;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c); }))
      processes.push_back(name);
  }
  std::sort(processes.begin(), processes.end());
  EXPECT_EQ(processes, (std::vector<std::string>{"1", std::to_string(getpid())}));
}

}  // namespace
