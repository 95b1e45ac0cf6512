// One look at a service from outside, which takes a second at most. "" is success; else the answer
// says why not, for a message. Part of the engine and of cloister::service.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cloister::service {

// With its port.
struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};
// Of "127.0.0.1", "::1", or "localhost", which is both; none of another name.
std::vector<Address> numeric_addresses(const std::string& host, std::uint16_t port);

// Tries all of them.
std::string try_addresses(const std::vector<Address>& addresses);
std::string try_unix_socket(const std::string& path);
// 127.0.0.1, or ::1: a host may have no IPv6. The answer is about the first.
std::string try_local_port(std::uint16_t port);

struct HttpUrl {
  std::string host{};
  std::uint16_t port = 80;
  std::string path{};
};
// Nothing if that is not of the form http://HOST:PORT/PATH; port and path may be left out.
std::optional<HttpUrl> parse_url(const std::string& url);
// `addresses` are those of its host.
std::string try_http(const HttpUrl& url, int status, const std::vector<Address>& addresses);

}  // namespace cloister::service
