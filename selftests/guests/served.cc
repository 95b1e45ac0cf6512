// Tests that speak to a server which they do not start: [[service]] of cloister.toml. It counts how
// often it was asked (guest_serving, "count").
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace {

std::string answer_of(int family, const void* address, socklen_t size) {
  const int client = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  char text[16] = "";
  if (connect(client, static_cast<const sockaddr*>(address), size) == 0 &&
      write(client, "?", 1) == 1)
    read(client, text, sizeof text - 1);
  close(client);
  return text;
}

// "" without a server.
std::string ask() {
  if (const char* path = getenv("SERVED_SOCKET")) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    return answer_of(AF_UNIX, &address, sizeof address);
  }
  const char* port = getenv("SERVED_PORT");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port == nullptr ? 7000 : atoi(port)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return answer_of(AF_INET, &address, sizeof address);
}

// Before main(), as a static object that connects.
const bool connected = [] {
  if (getenv("SERVED_BEFORE_MAIN") != nullptr && ask().empty()) abort();
  return true;
}();

TEST(Alone, FirstAsks) { EXPECT_EQ(ask(), "1"); }
TEST(Alone, SecondAsks) { EXPECT_EQ(ask(), "1"); }
TEST(Alone, ThirdAsksTwice) {
  EXPECT_EQ(ask(), "1");
  EXPECT_EQ(ask(), "2");
}

class Prepared : public testing::Test {
 protected:
  static void SetUpTestSuite() { printf("set up with '%s'\n", ask().c_str()); }
};
TEST_F(Prepared, FirstAsks) { EXPECT_EQ(ask(), "1"); }
TEST_F(Prepared, SecondAsks) { EXPECT_EQ(ask(), "1"); }
TEST_F(Prepared, ThirdAsks) { EXPECT_EQ(ask(), "1"); }

class Together : public Prepared {};
TEST_F(Together, First) { printf("asked as %s.\n", ask().c_str()); }
TEST_F(Together, Second) { printf("asked as %s.\n", ask().c_str()); }
TEST_F(Together, Third) { printf("asked as %s.\n", ask().c_str()); }

TEST(Bad, Fails) { FAIL(); }
TEST(Bad, Crashes) { abort(); }
TEST(Bad, Hangs) { pause(); }
TEST(Bad, KillsAllButItself) {
  if (getpid() != 1) kill(-1, SIGTERM);
  while (!ask().empty()) usleep(1000);
  FAIL();
}

TEST(Good, HasConnected) { EXPECT_TRUE(connected); }
TEST(Good, HasNoChild) { EXPECT_EQ(wait(nullptr), -1); }
TEST(Good, HasTheVariable) { EXPECT_STREQ(getenv("SERVED"), "here"); }
TEST(Good, LeavesAProcess) {
  if (fork() == 0) {
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    while (true) pause();
  }
}

TEST(Unserved, HasNoServer) { EXPECT_EQ(ask(), ""); }
TEST(Unserved, HasNoVariable) { EXPECT_EQ(getenv("SERVED"), nullptr); }

}  // namespace
