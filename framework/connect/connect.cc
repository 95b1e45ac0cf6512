#include "framework/connect/connect.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <string_view>
#include <system_error>

#include "framework/connect/descriptor.h"

namespace cloister::service {
namespace {

constexpr auto kLongestLook = std::chrono::seconds(1);
constexpr std::size_t kLongestStatusLine = 4096;

std::string text_of(int error) { return std::generic_category().message(error); }

// The end of a look, for poll(2).
class Deadline {
 public:
  int left() const {
    using std::chrono::milliseconds;
    const auto left = std::chrono::ceil<milliseconds>(end_ - std::chrono::steady_clock::now());
    return left.count() > 0 ? static_cast<int>(left.count()) : 0;
  }

 private:
  std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + kLongestLook;
};

// 0, or errno.
int wait_for(const Descriptor& socket, short events, const Deadline& deadline) {
  pollfd waiting{socket.get(), events, 0};
  int ready = 0;
  while ((ready = ::poll(&waiting, 1, deadline.left())) < 0 && errno == EINTR) {
  }
  return ready > 0 ? 0 : ready == 0 ? ETIMEDOUT : errno;
}

// 0, or errno.
int connect_to(const Descriptor& socket, const sockaddr* address, socklen_t size,
               const Deadline& deadline) {
  if (!socket.valid()) return errno;
  if (::connect(socket.get(), address, size) == 0) return 0;
  if (errno != EINPROGRESS && errno != EINTR) return errno;
  if (const int error = wait_for(socket, POLLOUT, deadline); error != 0) return error;
  int error = 0;
  socklen_t length = sizeof error;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &length);
  return error;
}

Descriptor make_socket(int family) {
  return Descriptor(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

// A connected socket, or the reason why not.
std::string connect_to(const std::vector<Address>& addresses, const Deadline& deadline,
                       Descriptor& connected) {
  std::string why = "no address";
  for (const Address& each : addresses) {
    Descriptor socket = make_socket(each.bytes.ss_family);
    const int failed =
        connect_to(socket, reinterpret_cast<const sockaddr*>(&each.bytes), each.size, deadline);
    if (failed == 0) {
      connected = std::move(socket);
      return "";
    }
    why = text_of(failed);
  }
  return why;
}

bool send_all(const Descriptor& socket, std::string_view text, const Deadline& deadline) {
  while (!text.empty()) {
    const ssize_t sent = ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
    if (sent < 0 && wait_for(socket, POLLOUT, deadline) != 0) return false;
  }
  return true;
}

// The first line of an answer, without its end; what came of it if it stopped.
std::string first_line(const Descriptor& socket, const Deadline& deadline) {
  std::string text;
  char part[512];
  while (text.find('\n') == std::string::npos && text.size() < kLongestStatusLine) {
    const ssize_t got = ::recv(socket.get(), part, sizeof part, 0);
    if (got == 0) break;
    if (got > 0) text.append(part, static_cast<std::size_t>(got));
    if (got < 0 && errno != EAGAIN && errno != EINTR) break;
    if (got < 0 && wait_for(socket, POLLIN, deadline) != 0) break;
  }
  return text.substr(0, text.find_first_of("\r\n"));
}

}  // namespace

std::vector<Address> numeric_addresses(const std::string& host, std::uint16_t port) {
  Address v4;
  auto* in = reinterpret_cast<sockaddr_in*>(&v4.bytes);
  v4.size = sizeof *in;
  in->sin_family = AF_INET;
  in->sin_port = htons(port);
  Address v6;
  auto* in6 = reinterpret_cast<sockaddr_in6*>(&v6.bytes);
  v6.size = sizeof *in6;
  in6->sin6_family = AF_INET6;
  in6->sin6_port = htons(port);
  const bool is_local = host == "localhost";
  std::vector<Address> found;
  if (::inet_pton(AF_INET, is_local ? "127.0.0.1" : host.c_str(), &in->sin_addr) == 1)
    found.push_back(v4);
  if (::inet_pton(AF_INET6, is_local ? "::1" : host.c_str(), &in6->sin6_addr) == 1)
    found.push_back(v6);
  return found;
}

std::string try_addresses(const std::vector<Address>& addresses) {
  Descriptor connected;
  return connect_to(addresses, Deadline(), connected);
}

std::string try_local_port(std::uint16_t port) {
  std::string why = try_addresses(numeric_addresses("127.0.0.1", port));
  return why.empty() || try_addresses(numeric_addresses("::1", port)).empty() ? std::string() : why;
}

std::string try_unix_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return text_of(ENAMETOOLONG);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const Descriptor socket = make_socket(AF_UNIX);
  const int failed =
      connect_to(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address, Deadline());
  // EAGAIN: it listens, and its queue is full.
  return failed == 0 || failed == EAGAIN ? "" : text_of(failed);
}

std::optional<HttpUrl> parse_url(const std::string& url) {
  constexpr std::string_view kScheme = "http://";
  if (url.compare(0, kScheme.size(), kScheme) != 0) return std::nullopt;
  const std::size_t slash = std::min(url.find('/', kScheme.size()), url.size());
  std::string host = url.substr(kScheme.size(), slash - kScheme.size());
  HttpUrl parsed{.path = slash < url.size() ? url.substr(slash) : "/"};
  const std::size_t colon = host.rfind(':');
  // [::1] has colons of its own.
  if (colon != std::string::npos && host.find(']', colon) == std::string::npos) {
    const char* end = host.data() + host.size();
    const auto [rest, error] = std::from_chars(host.data() + colon + 1, end, parsed.port);
    if (error != std::errc() || rest != end || parsed.port == 0) return std::nullopt;
    host.resize(colon);
  }
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  if (host.empty() || url.find_first_of(" \r\n") != std::string::npos) return std::nullopt;
  parsed.host = std::move(host);
  return parsed;
}

std::string try_http(const HttpUrl& url, int status, const std::vector<Address>& addresses) {
  const Deadline deadline;
  Descriptor socket;
  if (std::string why = connect_to(addresses, deadline, socket); !why.empty()) return why;
  const bool v6 = url.host.find(':') != std::string::npos;
  const std::string host = (v6 ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port);
  if (!send_all(socket, "GET " + url.path + " HTTP/1.0\r\nHost: " + host + "\r\n\r\n", deadline))
    return "it took no request";
  const std::string line = first_line(socket, deadline);
  int answered = 0;
  // "HTTP/1.1 200 OK"
  if (const std::size_t blank = line.find(' ');
      line.compare(0, 5, "HTTP/") == 0 && blank != std::string::npos)
    std::from_chars(line.data() + blank + 1, line.data() + line.size(), answered);
  if (answered == status) return "";
  if (line.empty()) return "it sent no answer";
  return "it answered '" + line.substr(0, 80) + "'";
}

}  // namespace cloister::service
