// What the kernel is told of loopback, as it reads it: rtnetlink(7). The calls are made in cells.
#include "framework/builder/loopback.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace cloister {
namespace {

using Attributes = std::map<int, std::string>;

std::string bytes(const auto& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

Attributes attributes_of(const rtattr* attribute, std::size_t size) {
  Attributes found;
  auto left = static_cast<int>(size);
  for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
    found[attribute->rta_type] = {static_cast<const char*>(RTA_DATA(attribute)),
                                  RTA_PAYLOAD(attribute)};
  }
  EXPECT_EQ(left, 0);
  return found;
}

TEST(LoopbackMessages, AreFiveOneBehindTheOther) {
  const LoopbackMessages all;
  std::vector<int> kinds;
  auto left = static_cast<unsigned>(sizeof all);
  for (const nlmsghdr* one = &all.address.head; NLMSG_OK(one, left); one = NLMSG_NEXT(one, left))
    kinds.push_back(one->nlmsg_type);
  EXPECT_EQ(kinds,
            (std::vector<int>{RTM_NEWADDR, RTM_NEWROUTE, RTM_NEWROUTE, RTM_NEWADDR, RTM_NEWROUTE}));
  EXPECT_EQ(left, 0U);
}

TEST(LoopbackMessages, AddAnAddressOfEachFamily) {
  const LoopbackMessages all;
  EXPECT_EQ(attributes_of(&all.address.local, IFA_PAYLOAD(&all.address.head)),
            (Attributes{{IFA_LOCAL, bytes(kOwnIpv4)}}));
  EXPECT_EQ(attributes_of(&all.address6.local, IFA_PAYLOAD(&all.address6.head)),
            (Attributes{{IFA_LOCAL, bytes(kOwnIpv6)}}));
}

TEST(LoopbackMessages, AddAddressesOfThisHostAlone) {
  const LoopbackMessages all;
  EXPECT_EQ(all.address.message.ifa_prefixlen, 32);
  EXPECT_EQ(all.address6.message.ifa_prefixlen, 128);
  EXPECT_EQ(all.address.message.ifa_index, 1U);
  EXPECT_EQ(all.address6.message.ifa_index, 1U);
}

TEST(LoopbackMessages, LeadMulticastAndBroadcastToLoopback) {
  const LoopbackMessages all;
  const std::string loopback = bytes(int{1});
  EXPECT_EQ(attributes_of(&all.multicast.device, RTM_PAYLOAD(&all.multicast.head)),
            (Attributes{{RTA_OIF, loopback}, {RTA_DST, std::string("\xe0\0\0\0", 4)}}));
  EXPECT_EQ(attributes_of(&all.broadcast.device, RTM_PAYLOAD(&all.broadcast.head)),
            (Attributes{{RTA_OIF, loopback}, {RTA_DST, "\xff\xff\xff\xff"}}));
  EXPECT_EQ(attributes_of(&all.multicast6.device, RTM_PAYLOAD(&all.multicast6.head)),
            (Attributes{{RTA_OIF, loopback}, {RTA_DST, '\xff' + std::string(15, '\0')}}));
}

TEST(LoopbackMessages, SayOfHowManyBitsAWayIs) {
  const LoopbackMessages all;
  EXPECT_EQ(all.multicast.message.rtm_dst_len, 4);
  EXPECT_EQ(all.broadcast.message.rtm_dst_len, 32);
  EXPECT_EQ(all.multicast6.message.rtm_dst_len, 8);
}

TEST(LoopbackMessages, ThatAreForbiddenAreToldFromThoseThatFail) {
  for (const int error : {EPERM, EACCES, EAFNOSUPPORT, EPROTONOSUPPORT})
    EXPECT_TRUE(is_forbidden(error)) << strerror(error);
  for (const int error : {0, ENOMEM, EMFILE, EINVAL})
    EXPECT_FALSE(is_forbidden(error)) << strerror(error);
}

}  // namespace
}  // namespace cloister
