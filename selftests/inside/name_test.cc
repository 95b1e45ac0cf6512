// What a cell is to programs that look for the host they are on: its name, its address, its names
// of others. These tests run in cells.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <cloister/gtest.h>

#include "selftests/inside/where_given.h"

namespace {

using inside::lane_gives;
using inside::where_given;

std::string content(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Noted before the run, outside of any cell.
const std::string kHostsOutside = content("/etc/hosts");

// Some lanes share the host's network or name; then there is nothing of the cell's to be told of.
bool has_own_name() {
  return lane_gives("private network") && lane_gives("own hostname") &&
         lane_gives("mount namespace") && !kHostsOutside.empty();
}

// On those the file is the host's.
void expect_the_hosts_file() { EXPECT_EQ(content("/etc/hosts"), kHostsOutside); }

std::string own_name() {
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  return name;
}

struct Resolved {
  int error = 0;
  std::vector<std::string> addresses;
};

Resolved resolve(const std::string& name, int family, int flags) {
  addrinfo hints{};
  addrinfo* found = nullptr;
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  Resolved resolved{getaddrinfo(name.c_str(), "80", &hints, &found), {}};
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    char text[NI_MAXHOST] = "";
    getnameinfo(each->ai_addr, each->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
    resolved.addresses.emplace_back(text);
  }
  if (found != nullptr) freeaddrinfo(found);
  return resolved;
}

#define EXPECT_RESOLVES(...)                                      \
  do {                                                            \
    const Resolved resolved = resolve(__VA_ARGS__);               \
    EXPECT_EQ(resolved.error, 0) << gai_strerror(resolved.error); \
    EXPECT_FALSE(resolved.addresses.empty());                     \
  } while (false)

// Addresses of the family that are not 127.* or ::1, on devices that have all of `flags`.
std::vector<std::string> own_addresses(int family, unsigned flags) {
  std::vector<std::string> found;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return found;
  for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != family) continue;
    if ((each->ifa_flags & flags) != flags) continue;
    char text[NI_MAXHOST] = "";
    getnameinfo(each->ifa_addr, family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6),
                text, sizeof text, nullptr, 0, NI_NUMERICHOST);
    const std::string address = text;
    if (!address.starts_with("127.") && address != "::1") found.push_back(address);
  }
  freeifaddrs(list);
  return found;
}

sockaddr_in at(const char* host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, host, &address.sin_addr);
  return address;
}

// A socket that hears what is sent to `port`, for as long as nobody is in doubt.
int hear(int family, std::uint16_t port) {
  const int fd = socket(family, SOCK_DGRAM, 0);
  const timeval patience{20, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in ipv4 = at("0.0.0.0", port);
  sockaddr_in6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = htons(port);
  const bool bound = family == AF_INET
                         ? bind(fd, reinterpret_cast<const sockaddr*>(&ipv4), sizeof ipv4) == 0
                         : bind(fd, reinterpret_cast<const sockaddr*>(&ipv6), sizeof ipv6) == 0;
  EXPECT_TRUE(bound) << strerror(errno);
  return fd;
}

template <typename Address>
void expect_heard(int listener, int sender, const Address& address) {
  char word = 0;
  ASSERT_EQ(sendto(sender, "x", 1, 0, reinterpret_cast<const sockaddr*>(&address), sizeof address),
            1)
      << strerror(errno);
  EXPECT_EQ(recv(listener, &word, 1, 0), 1) << strerror(errno);
}

TEST(OwnName, Resolves) {
  if (!has_own_name()) return expect_the_hosts_file();
  EXPECT_RESOLVES(own_name(), AF_UNSPEC, 0);
  EXPECT_RESOLVES(own_name(), AF_INET, AI_ADDRCONFIG | AI_CANONNAME);
}

CLOISTER_TEST(OwnName, ResolvesWhenItIsChosen,
              where_given("own hostname", cloister::CellConfig{}.with_hostname("abbey")));
TEST(OwnName, ResolvesWhenItIsChosen) {
  if (!has_own_name()) return expect_the_hosts_file();
  EXPECT_EQ(own_name(), "abbey");
  EXPECT_RESOLVES("abbey", AF_INET, AI_ADDRCONFIG);
}

CLOISTER_TEST(OwnName, ResolvesWithoutAPrivateTmp, cloister::CellConfig{}.with_private_tmp(false));
TEST(OwnName, ResolvesWithoutAPrivateTmp) {
  if (!has_own_name()) return expect_the_hosts_file();
  EXPECT_RESOLVES(own_name(), AF_INET, AI_ADDRCONFIG);
}

CLOISTER_TEST(OwnName, ResolvesInANetworkThatIsLent,
              where_given("re-use of networks", cloister::CellConfig{}.with_reuse_network(true)));
TEST(OwnName, ResolvesInANetworkThatIsLent) {
  if (!has_own_name()) return expect_the_hosts_file();
  EXPECT_RESOLVES(own_name(), AF_INET, AI_ADDRCONFIG);
}

TEST(OwnName, LeadsToAServerOfTheCell) {
  if (!has_own_name()) return expect_the_hosts_file();
  const Resolved resolved = resolve(own_name(), AF_INET, 0);
  ASSERT_FALSE(resolved.addresses.empty());
  const sockaddr_in server = at("0.0.0.0", 7000);
  const sockaddr_in named = at(resolved.addresses[0].c_str(), 7000);
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&server), sizeof server), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  EXPECT_EQ(connect(client, reinterpret_cast<const sockaddr*>(&named), sizeof named), 0)
      << strerror(errno);
}

TEST(HostsFile, IsTheHostsWithOneLineMore) {
  if (!has_own_name()) return expect_the_hosts_file();
  const std::string inside = content("/etc/hosts");
  EXPECT_EQ(inside.substr(inside.find('\n') + 1), kHostsOutside);
  EXPECT_THAT(inside.substr(0, inside.find('\n')), testing::EndsWith("\t" + own_name()));
}

TEST(HostsFile, IsReadByEverybodyAndWrittenByNobody) {
  if (!has_own_name()) return expect_the_hosts_file();
  struct stat status{};
  ASSERT_EQ(stat("/etc/hosts", &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0444U);
}

TEST(AddressConfiguration, HasIpv4) {
  if (!lane_gives("private network")) return expect_the_hosts_file();
  EXPECT_RESOLVES("localhost", AF_INET, AI_ADDRCONFIG);
  EXPECT_RESOLVES("localhost", AF_UNSPEC, AI_ADDRCONFIG);
  EXPECT_RESOLVES("127.0.0.1", AF_INET, AI_ADDRCONFIG);
}

TEST(AddressConfiguration, HasIpv6WhereTheHostHas) {
  if (!lane_gives("private network")) return expect_the_hosts_file();
  EXPECT_EQ(resolve("::1", AF_INET6, AI_ADDRCONFIG).error == 0, inside::host_has_ipv6);
}

TEST(Addresses, AreMoreThanLoopbacksOnADeviceForMulticast) {
  if (!lane_gives("private network")) return expect_the_hosts_file();
  EXPECT_EQ(own_addresses(AF_INET, IFF_UP | IFF_MULTICAST).size(), 1U);
  EXPECT_EQ(own_addresses(AF_INET6, IFF_UP | IFF_MULTICAST).size(),
            inside::host_has_ipv6 ? 1U : 0U);
}

TEST(Multicast, IsHeardInTheCell) {
  if (!lane_gives("private network")) return expect_the_hosts_file();
  const int listener = hear(AF_INET, 5353);
  ip_mreq group{};
  inet_pton(AF_INET, "239.255.0.1", &group.imr_multiaddr);
  ASSERT_EQ(setsockopt(listener, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group), 0)
      << strerror(errno);
  expect_heard(listener, socket(AF_INET, SOCK_DGRAM, 0), at("239.255.0.1", 5353));
}

TEST(Multicast, OfIpv6IsHeardInTheCell) {
  if (!lane_gives("private network")) return expect_the_hosts_file();
  if (!inside::host_has_ipv6) {
    EXPECT_EQ(socket(AF_INET6, SOCK_DGRAM, 0), -1);
    return;
  }
  const int listener = hear(AF_INET6, 5353);
  ipv6_mreq group{};
  inet_pton(AF_INET6, "ff05::1234", &group.ipv6mr_multiaddr);
  ASSERT_EQ(setsockopt(listener, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof group), 0)
      << strerror(errno);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(5353);
  address.sin6_addr = group.ipv6mr_multiaddr;
  expect_heard(listener, socket(AF_INET6, SOCK_DGRAM, 0), address);
}

TEST(Broadcast, IsHeardInTheCell) {
  if (!lane_gives("private network")) return expect_the_hosts_file();
  const int listener = hear(AF_INET, 5670);
  const int sender = socket(AF_INET, SOCK_DGRAM, 0);
  const int yes = 1;
  setsockopt(sender, SOL_SOCKET, SO_BROADCAST, &yes, sizeof yes);
  expect_heard(listener, sender, at("255.255.255.255", 5670));
}

TEST(Names, ThatNobodyKnowsAreRefusedAtOnce) {
  if (!lane_gives("private network")) return expect_the_hosts_file();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_NE(resolve("no.such.name.invalid", AF_INET, 0).error, 0);
  // A server that does not answer is waited for for 5 s at least: resolv.conf(5).
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
}

}  // namespace
