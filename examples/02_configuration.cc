// Shows: what a suite or a single test can ask of its cells, with designated initialisers (C++20).
// A test's wish goes before its suite's, and that before the flags of the run. Each test below
// proves from the inside that it got what it asked for.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <cloister/gtest.h>

namespace {

using namespace cloister::literals;
using namespace std::chrono_literals;

CLOISTER_SUITE(Configuration, {.hostname = "storage-1", .deadline = 10s});

std::string hostname() {
  char name[65] = "";
  return gethostname(name, sizeof name) == 0 ? name : "";
}

TEST(Configuration, OfASuiteHoldsForItsTests) { EXPECT_EQ(hostname(), "storage-1"); }

CLOISTER_TEST(Configuration, OfATestGoesBeforeItsSuites, {.hostname = "storage-2"});
TEST(Configuration, OfATestGoesBeforeItsSuites) { EXPECT_EQ(hostname(), "storage-2"); }

// Network::kNone takes even the loopback down: for code that must not talk to anything.
CLOISTER_TEST(Configuration, CutsTheNetwork, {.network = cloister::Network::kNone});
TEST(Configuration, CutsTheNetwork) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(8080);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  EXPECT_EQ(connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address), -1);
  EXPECT_EQ(errno, ENETUNREACH);
  close(client);
}

// A full disk, without filling one.
CLOISTER_TEST(Configuration, SizesTheDisk, {.tmp_size = 1_MiB});
TEST(Configuration, SizesTheDisk) {
  std::ofstream file("/tmp/big", std::ios::binary);
  errno = 0;
  EXPECT_FALSE(file.write(std::string(2 << 20, 'x').data(), 2 << 20).flush());
  EXPECT_EQ(errno, ENOSPC);
}

// A deadline is wall-clock time: the test below may sleep through most of it.
CLOISTER_TEST(Configuration, SetsADeadline, {.deadline = 2s});
TEST(Configuration, SetsADeadline) { std::this_thread::sleep_for(200ms); }

// A test that asks for a cap fails on a host that cannot give it, rather than run without.
CLOISTER_TEST(Configuration, CapsMemory, {.memory = 64_MiB});
TEST(Configuration, CapsMemory) {
  std::vector<char> within_the_cap(32 << 20, 'x');
  EXPECT_EQ(within_the_cap.back(), 'x');
}

CLOISTER_TEST(Configuration, CapsProcesses, {.processes = 8});
TEST(Configuration, CapsProcesses) {
  std::vector<pid_t> children;
  pid_t child = 0;
  while (children.size() < 100 && (child = fork()) > 0) children.push_back(child);
  if (child == 0) {
    pause();
    _exit(0);
  }
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_EQ(children.size(), 7) << "eight with this one";
  for (const pid_t other : children) {
    kill(other, SIGKILL);
    waitpid(other, nullptr, 0);
  }
}

}  // namespace
