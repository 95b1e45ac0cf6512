// What a service may be waited for: the functions that make a Ready.
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <memory>
#include <system_error>
#include <utility>

#include <cloister/service.h>

#include "framework/connect/connect.h"
#include "framework/connect/descriptor.h"

namespace cloister {
namespace {

using service::Descriptor;

// What it has read of a log so far is its own: a copy of a configuration starts over.
class LineInLog {
 public:
  explicit LineInLog(std::string text) : text_(std::move(text)) {}

  std::string operator()(const std::string& log_file) {
    const Descriptor file(::open(log_file.c_str(), O_RDONLY | O_CLOEXEC));
    char part[16384];
    for (ssize_t got = 0; (got = ::pread(file.get(), part, sizeof part, read_)) > 0; read_ += got) {
      kept_.append(part, static_cast<std::size_t>(got));
      if (kept_.find(text_) != std::string::npos) return "";
      // The text may have its beginning here and its rest in what comes next.
      if (kept_.size() >= text_.size()) kept_.erase(0, kept_.size() - text_.size() + 1);
    }
    return "it is not in the log";
  }

 private:
  std::string text_;
  std::string kept_{};
  off_t read_ = 0;
};

// Every address that the host has. `why` there is none.
std::vector<service::Address> addresses_of(const std::string& host, std::uint16_t port,
                                           std::string& why) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  std::vector<service::Address> addresses;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) {
    why = "'" + host + "': " + ::gai_strerror(error);
    return addresses;
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    service::Address& address = addresses.emplace_back();
    address.size = each->ai_addrlen;
    std::memcpy(&address.bytes, each->ai_addr, each->ai_addrlen);
  }
  return addresses;
}

std::string ask(const std::function<bool()>& holds) {
  try {
    return holds() ? "" : "it does not hold";
  } catch (const std::exception& problem) {
    return problem.what();
  }
}

// 0 where the port is not free for that family.
std::uint16_t bind_to(const Descriptor& socket, const sockaddr* address, socklen_t size) {
  sockaddr_in6 bound{};  // its port is where sockaddr_in has it
  socklen_t length = sizeof bound;
  if (::bind(socket.get(), address, size) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &length) != 0)
    return 0;
  return ntohs(bound.sin6_port);
}

}  // namespace

Ready port(std::uint16_t number) {
  const auto lacks = [number](const std::string&) { return service::try_local_port(number); };
  return {{{"port " + std::to_string(number), lacks, true}}};
}

Ready port(const std::string& host, std::uint16_t number) {
  const auto lacks = [host, number](const std::string&) {
    std::string why;
    const auto addresses = addresses_of(host, number, why);
    return addresses.empty() ? why : service::try_addresses(addresses);
  };
  return {{{"port " + std::to_string(number) + " of " + host, lacks, true}}};
}

Ready unix_socket(const std::string& path) {
  const auto lacks = [path](const std::string&) { return service::try_unix_socket(path); };
  return {{{"socket " + path, lacks, true}}};
}

Ready log_line(const std::string& text) {
  return {{{"'" + text + "' in its log", LineInLog(text), false}}};
}

Ready http(const std::string& url, int status) {
  const auto parsed = service::parse_url(url);
  if (!parsed) {
    throw ServiceError("cannot wait for the URL '" + url +
                       "': it is not of the form http://HOST:PORT/PATH; correct it");
  }
  const auto lacks = [parsed = *parsed, status](const std::string&) {
    std::string why;
    const auto addresses = addresses_of(parsed.host, parsed.port, why);
    return addresses.empty() ? why : service::try_http(parsed, status, addresses);
  };
  return {{{"status " + std::to_string(status) + " of " + url, lacks, true}}};
}

Ready when(std::function<bool()> holds, const std::string& what) {
  return {{{what, [holds = std::move(holds)](const std::string&) { return ask(holds); }, false}}};
}

Ready all_of(std::vector<Ready> parts) {
  Ready all;
  for (Ready& part : parts)
    for (Ready::Condition& each : part.conditions) all.conditions.push_back(std::move(each));
  return all;
}

std::uint16_t free_port() {
  constexpr int kTries = 100;
  for (int tries = 0; tries < kTries; ++tries) {
    const Descriptor v4(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const std::uint16_t found =
        bind_to(v4, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    if (found == 0) break;
    const Descriptor v6(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 same{};
    same.sin6_family = AF_INET6;
    same.sin6_addr = in6addr_loopback;
    same.sin6_port = htons(found);
    // A host without IPv6 has no such address.
    if (!v6.valid() || bind_to(v6, reinterpret_cast<const sockaddr*>(&same), sizeof same) != 0 ||
        errno == EADDRNOTAVAIL)
      return found;
  }
  throw ServiceError("cannot find a free port: " + std::generic_category().message(errno) +
                     "; close what listens on 127.0.0.1");
}

}  // namespace cloister
