// One look at a service from outside, which takes a second at most. "" is success; else the answer
// says why not, for a message.
#pragma once

#include <cstdint>
#include <string>

namespace cloister::service {

// Tries every address that the host has.
std::string try_port(const std::string& host, std::uint16_t port);
std::string try_unix_socket(const std::string& path);

struct HttpUrl {
  std::string host{};
  std::uint16_t port = 80;
  std::string path{};
};
// Throws ServiceError if that is no http:// URL.
HttpUrl parse_url(const std::string& url);
std::string try_http(const HttpUrl& url, int status);

}  // namespace cloister::service
