#include "adapters/googletest/shared_descriptors.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace cloister::googletest {
namespace {

using Beyond = SharedDescriptor::Beyond;

union Address {
  sockaddr any;
  sockaddr_un local;
  sockaddr_in four;
  sockaddr_in6 six;
};

std::string_view port_of_result_stream() {
  static const std::string address = GTEST_FLAG_GET(stream_result_to);
  const std::size_t colon = address.rfind(':');
  return colon == std::string::npos ? "" : std::string_view(address).substr(colon + 1);
}

// Of a local socket: its path, "@name" where that is of no file, "" where it has none.
std::string name_of(const Address& address, socklen_t length) {
  constexpr std::size_t kBegin = offsetof(sockaddr_un, sun_path);
  if (address.any.sa_family != AF_UNIX || length <= kBegin) return "";
  std::string name(address.local.sun_path, length - kBegin);
  if (name.front() == '\0') return "@" + name.substr(1);
  name.resize(::strnlen(name.data(), name.size()));
  return name;
}

// In a directory that a cell has of its own, but for what the run needs there.
bool is_hidden(const std::string& path) {
  const auto is_below = [&](const std::string& directory) {
    return !directory.empty() && path.starts_with(directory + "/");
  };
  std::error_code none;
  const char* temporary = ::getenv("TMPDIR");
  return (is_below("/tmp") || is_below("/dev/shm")) &&
         !is_below(std::filesystem::current_path(none)) &&
         !is_below(temporary == nullptr ? "" : temporary);
}

// Sends, and has no name to be answered by, as that of syslog(3).
bool only_sends(int number) {
  int type = 0;
  socklen_t size = sizeof type;
  Address own{};
  socklen_t length = sizeof own;
  return ::getsockopt(number, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_DGRAM &&
         ::getsockname(number, &own.any, &length) == 0 && own.any.sa_family == AF_UNIX &&
         name_of(own, length).empty();
}

// The C library's way to the users' data, which looks whether its process is another one: wherever
// users are asked for, and no reason for anything.
bool is_of_the_c_library(int number) {
  Address peer{};
  socklen_t length = sizeof peer;
  if (::getpeername(number, &peer.any, &length) != 0) return false;
  const std::string name = name_of(peer, length);
  return name.starts_with("/var/lib/sss/pipes/") || name.ends_with("/winbindd/pipe");
}

// What a program has set aside of its streams goes where the run's streams go.
bool is_standard_stream(int number) {
  struct stat own;
  if (::fstat(number, &own) != 0) return false;
  const auto is_same = [&](int stream) {
    struct stat of_stream;
    return ::fstat(stream, &of_stream) == 0 && own.st_dev == of_stream.st_dev &&
           own.st_ino == of_stream.st_ino;
  };
  return is_same(STDIN_FILENO) || is_same(STDOUT_FILENO) || is_same(STDERR_FILENO);
}

SharedDescriptor socket_in_words(int number) {
  if (is_standard_stream(number) || only_sends(number) || is_of_the_c_library(number)) return {};
  SharedDescriptor found{number, "a socket"};
  Address peer{};
  socklen_t length = sizeof peer;
  if (::getpeername(number, &peer.any, &length) != 0) return found;
  char host[INET6_ADDRSTRLEN] = "";
  if (peer.any.sa_family == AF_INET || peer.any.sa_family == AF_INET6) {
    const bool four = peer.any.sa_family == AF_INET;
    const void* address = four ? static_cast<void*>(&peer.four.sin_addr) : &peer.six.sin6_addr;
    ::inet_ntop(peer.any.sa_family, address, host, sizeof host);
    const int port = ntohs(four ? peer.four.sin_port : peer.six.sin6_port);
    found.what += four ? fmt::format(" connected to {}:{}", host, port)
                       : fmt::format(" connected to [{}]:{}", host, port);
    found.beyond = Beyond::kNetwork;
  }
  if (const std::string name = name_of(peer, length); !name.empty()) {
    found.what += fmt::format(" connected to '{}'", name);
    if (name.front() == '@') found.beyond = Beyond::kNetwork;  // that has these names: unix(7)
    if (is_hidden(name)) found.beyond = Beyond::kTmp;
  }
  return found;
}

// GoogleTest's own, by which the keeper sends results: --gtest_stream_result_to.
bool is_result_stream(const SharedDescriptor& found) {
  const std::string_view port = port_of_result_stream();
  return !port.empty() && found.beyond == Beyond::kNetwork &&
         found.what.ends_with(fmt::format(":{}", port));
}

// "anon_inode:[eventpoll]", "anon_inode:inotify".
std::string anonymous_in_words(std::string_view link) {
  constexpr std::string_view kPrefix = "anon_inode:";
  if (link.starts_with("pidfd:")) return "a pidfd";
  if (!link.starts_with(kPrefix)) return "";
  link.remove_prefix(kPrefix.size());
  if (link.starts_with('[')) link.remove_prefix(1);
  if (link.ends_with(']')) link.remove_suffix(1);
  if (link == "eventpoll") return "an epoll";
  const bool vowel = !link.empty() && std::string_view("aeiou").find(link.front()) != link.npos;
  return fmt::format("{} {}", vowel ? "an" : "a", link);
}

// Both ends of a pipe are here, and neither is a standard stream.
bool is_to_itself(const OpenDescriptor& pipe, const std::vector<OpenDescriptor>& all) {
  bool ends[2] = {};
  for (const OpenDescriptor& other : all) {
    if (other.link != pipe.link) continue;
    const int access = other.flags & O_ACCMODE;
    if (access != O_WRONLY) ends[0] = true;
    if (access != O_RDONLY) ends[1] = true;
  }
  return ends[0] && ends[1];
}

}  // namespace

std::vector<SharedDescriptor> shared_descriptors(const std::vector<OpenDescriptor>& all) {
  constexpr std::string_view kDeleted = " (deleted)";
  std::vector<SharedDescriptor> shared;
  for (const OpenDescriptor& open : all) {
    if (open.inherited) continue;
    SharedDescriptor found{open.number, anonymous_in_words(open.link)};
    if (open.type == S_IFSOCK) found = socket_in_words(open.number);
    if (open.link.starts_with("pipe:") && is_to_itself(open, all)) found.what = "a pipe to itself";
    // Nobody else can open it: it is no log, but a place for notes.
    if (open.type == S_IFREG && open.link.ends_with(kDeleted) && (open.flags & O_ACCMODE) == O_RDWR)
      found.what = fmt::format("a file without a name ('{}')", open.link);
    if (!found.what.empty() && !is_result_stream(found)) shared.push_back(std::move(found));
  }
  return shared;
}

}  // namespace cloister::googletest
