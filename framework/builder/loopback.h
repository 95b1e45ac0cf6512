// Makes loopback look like the network of a host: an address besides 127.0.0.1 and ::1, and routes
// for multicast and broadcast. There is no route to anywhere else. Init, and the maker of lent
// networks, send it to the kernel in one message, rtnetlink(7).
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "framework/protocol/protocol.h"
#include "framework/syscalls/system_call.h"

namespace cloister {

// getaddrinfo(3) with AI_ADDRCONFIG looks for an address other than those two. Programs that
// advertise themselves take the first that is not 127.*: RFC 1918, RFC 4193.
inline constexpr std::uint8_t kOwnIpv4[4] = {10, 67, 76, 1};
inline constexpr std::uint8_t kOwnIpv6[16] = {0xfd, 0x43, 0x4c, 0x6f, 0x69, 0x73, 0, 0,
                                              0,    0,    0,    0,    0,    0,    0, 1};

inline constexpr int kLoopbackIndex = 1;  // in every network namespace

// kSize is that of an address: 4 or 16 bytes.
template <std::size_t kSize>
struct AddAddress {
  AddAddress(std::uint8_t family, const std::uint8_t (&address)[kSize]) {
    message.ifa_family = family;
    message.ifa_prefixlen = kSize * 8;
    message.ifa_flags = IFA_F_NODAD;  // no duplicate address detection: usable at once
    message.ifa_index = kLoopbackIndex;
    for (std::size_t i = 0; i < kSize; ++i) bytes[i] = address[i];
  }
  nlmsghdr head{sizeof(AddAddress), RTM_NEWADDR, NLM_F_REQUEST | NLM_F_CREATE, 0, 0};
  ifaddrmsg message{};
  rtattr local{sizeof local + kSize, IFA_LOCAL};
  std::uint8_t bytes[kSize] = {};
};

// A route to all addresses that begin with `bits` bits of `prefix`.
template <std::size_t kSize>
struct AddRoute {
  AddRoute(std::uint8_t family, std::uint8_t kind, std::uint8_t table, std::uint8_t bits,
           const std::uint8_t (&prefix)[4]) {
    message.rtm_family = family;
    message.rtm_dst_len = bits;
    message.rtm_table = table;
    message.rtm_protocol = RTPROT_STATIC;
    message.rtm_scope = RT_SCOPE_LINK;
    message.rtm_type = kind;
    for (std::size_t i = 0; i < sizeof prefix; ++i) bytes[i] = prefix[i];
  }
  nlmsghdr head{sizeof(AddRoute), RTM_NEWROUTE, NLM_F_REQUEST | NLM_F_CREATE, 0, 0};
  rtmsg message{};
  rtattr device{sizeof device + sizeof index, RTA_OIF};
  int index = kLoopbackIndex;
  rtattr target{sizeof target + kSize, RTA_DST};
  std::uint8_t bytes[kSize] = {};
};

// A route by loopback works only for local addresses: net/ipv6/route.c, fib6_is_reject().
//
// If the kernel refuses one message, it goes on to the next, as for IPv6 on a host without it.
struct LoopbackMessages {
  AddAddress<4> address{AF_INET, kOwnIpv4};
  AddRoute<4> multicast{AF_INET, RTN_UNICAST, RT_TABLE_MAIN, 4, {224}};
  AddRoute<4> broadcast{AF_INET, RTN_BROADCAST, RT_TABLE_LOCAL, 32, {255, 255, 255, 255}};
  AddAddress<16> address6{AF_INET6, kOwnIpv6};
  AddRoute<16> multicast6{AF_INET6, RTN_LOCAL, RT_TABLE_LOCAL, 8, {255}};
};

// If the host forbids rtnetlink(7), loopback keeps just the addresses that the kernel gives it.
inline constexpr bool is_forbidden(int error) {
  return error == EPERM || error == EACCES || error == EAFNOSUPPORT || error == EPROTONOSUPPORT;
}

// Programs that choose a device for multicast look for IFF_MULTICAST.
inline constexpr short kLoopbackFlags = IFF_UP | IFF_MULTICAST;

// Acts on the calling process's network, like those below. Does not touch the C library's errno, so
// that both an init and the builder can call it. False with `failure` filled in.
inline bool bring_up_loopback(InsideReply& failure) {
  const auto fail = [&failure](long error, const char* doing) {
    failure.error = static_cast<int>(-error);
    strcpy(failure.doing, doing);
    return false;
  };
  const auto fd = static_cast<int>(system_call(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (fd < 0) return fail(fd, "open a socket to bring up loopback");
  ifreq request{};
  strcpy(request.ifr_name, "lo");
  request.ifr_flags = kLoopbackFlags;
  // The kernel adds 127.0.0.1/8 and ::1 by itself when lo goes up: netdevice(7).
  const long up = system_call(SYS_ioctl, fd, SIOCSIFFLAGS, &request);
  system_call(SYS_close, fd);
  if (up < 0) return fail(up, "bring up loopback");
  const LoopbackMessages messages;
  const auto link =
      static_cast<int>(system_call(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  // Done when it returns.
  const long done =
      link < 0 ? link : system_call(SYS_sendto, link, &messages, sizeof messages, 0, nullptr, 0);
  if (link >= 0) system_call(SYS_close, link);
  return done >= 0 || is_forbidden(static_cast<int>(-done)) ||
         fail(done, "give loopback an address");
}

// Opens ports below 1024 to everybody. A container may mount /proc/sys read-only; then they stay
// closed to ordinary users.
inline void open_low_ports() {
  const auto fd = static_cast<int>(system_call(
      SYS_openat, AT_FDCWD, "/proc/sys/net/ipv4/ip_unprivileged_port_start", O_WRONLY | O_CLOEXEC));
  if (fd < 0) return;
  system_call(SYS_write, fd, "0", 1);
  system_call(SYS_close, fd);
}

}  // namespace cloister
