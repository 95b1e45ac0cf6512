// The network of a cell: loopback and nothing else. These tests run in cells.
#include <arpa/inet.h>
#include <errno.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include <cloister/gtest.h>

#include "selftests/inside/where_given.h"

namespace {

using inside::expect_shared;
using inside::lane_gives;
using inside::where_given;

std::vector<std::string> interfaces() {
  std::vector<std::string> names;
  struct if_nameindex* list = if_nameindex();
  for (const auto* each = list; each != nullptr && each->if_index != 0; ++each)
    names.emplace_back(each->if_name);
  if_freenameindex(list);
  return names;
}

bool loopback_is_up() {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  ifreq request{};
  strcpy(request.ifr_name, "lo");
  const bool up = ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) != 0;
  close(fd);
  return up;
}

template <typename Address>
int listen_on(const Address& address) {
  const int fd = socket(reinterpret_cast<const sockaddr&>(address).sa_family, SOCK_STREAM, 0);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd, 1) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

template <typename Address>
int connect_to(const Address& address) {
  const int fd = socket(reinterpret_cast<const sockaddr&>(address).sa_family, SOCK_STREAM, 0);
  return connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? fd : -1;
}

sockaddr_in ipv4(const char* host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, host, &address.sin_addr);
  return address;
}

sockaddr_in6 ipv6_loopback(std::uint16_t port) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_loopback;
  return address;
}

TEST(Network, IsLoopbackAlone) {
  if (!lane_gives("private network")) return expect_shared("net");
  EXPECT_EQ(interfaces(), std::vector<std::string>{"lo"});
  EXPECT_TRUE(loopback_is_up());
}

TEST(Network, Ipv4LoopbackWorks) {
  if (!lane_gives("private network")) return expect_shared("net");
  ASSERT_GE(listen_on(ipv4("127.0.0.1", 5000)), 0) << strerror(errno);
  EXPECT_GE(connect_to(ipv4("127.0.0.1", 5000)), 0) << strerror(errno);
}

TEST(Network, Ipv6LoopbackWorks) {
  if (!lane_gives("private network")) return expect_shared("net");
  if (!inside::host_has_ipv6) {
    EXPECT_EQ(socket(AF_INET6, SOCK_STREAM, 0), -1);
    EXPECT_EQ(errno, EAFNOSUPPORT);
    return;
  }
  ASSERT_GE(listen_on(ipv6_loopback(5000)), 0) << strerror(errno);
  EXPECT_GE(connect_to(ipv6_loopback(5000)), 0) << strerror(errno);
}

TEST(Network, LowPortsNeedNoPrivilege) {
  if (!lane_gives("private network")) return expect_shared("net");
  EXPECT_GE(listen_on(ipv4("127.0.0.1", 80)), 0) << strerror(errno);
}

TEST(Network, NothingElseIsReachable) {
  if (!lane_gives("private network")) return expect_shared("net");
  // TEST-NET-1 of RFC 5737: an address that nobody has.
  EXPECT_EQ(connect_to(ipv4("192.0.2.1", 80)), -1);
  EXPECT_EQ(errno, ENETUNREACH);
}

CLOISTER_TEST(Network, CanBeNone,
              where_given("private network",
                          cloister::CellConfig{}.with_network(cloister::Network::kNone)));
TEST(Network, CanBeNone) {
  if (!lane_gives("private network")) return expect_shared("net");
  EXPECT_EQ(interfaces(), std::vector<std::string>{"lo"});
  EXPECT_FALSE(loopback_is_up());
}

class SamePort : public testing::TestWithParam<int> {};
TEST_P(SamePort, IsFreeForEveryTest) {
  if (!lane_gives("private network")) return expect_shared("net");
  EXPECT_GE(listen_on(ipv4("0.0.0.0", 6379)), 0) << strerror(errno);
  usleep(20000);
}
INSTANTIATE_TEST_SUITE_P(Many, SamePort, testing::Range(0, 8));

}  // namespace
