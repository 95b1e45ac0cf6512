#include "framework/audit/asked.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>

#include "framework/config/path_pattern.h"
#include "framework/kernel/fd.h"

namespace cloister {
namespace {

constexpr std::size_t kPage = 4096;

}  // namespace

bool AskedBy::read(std::uint64_t from, void* into, std::size_t size) {
  const iovec here{into, size};
  const iovec there{reinterpret_cast<void*>(from), size};
  if (::process_vm_readv(process_, &here, 1, &there, 1, 0) == static_cast<ssize_t>(size))
    return true;
  is_closed_ = is_closed_ || errno == EPERM;
  return false;
}

// Up to its 0, page by page: what follows may not be there.
std::string AskedBy::text(std::uint64_t from) {
  std::string text;
  char part[kPage];
  while (text.size() < PATH_MAX) {
    const std::size_t size = kPage - from % kPage;
    if (!read(from, part, size)) return "";
    const char* end = std::find(part, part + size, '\0');
    text.append(part, static_cast<std::size_t>(end - part));
    if (end != part + size) return text;
    from += size;
  }
  return "";
}

std::string AskedBy::absolute(int directory, const std::string& name) {
  if (name.empty()) return "";
  constexpr std::string_view kOwnDirectory = "/proc/self/cwd/";
  if (name.starts_with(kOwnDirectory)) return absolute(AT_FDCWD, name.substr(kOwnDirectory.size()));
  std::string whole = name;
  if (name[0] != '/') {
    const std::string place = directory == AT_FDCWD
                                  ? fmt::format("/proc/{}/cwd", process_)
                                  : fmt::format("/proc/{}/fd/{}", process_, directory);
    const std::string base = link_target(place);
    constexpr std::string_view kGone = " (deleted)";  // proc_pid_cwd(5)
    if (!base.starts_with('/') || base.ends_with(kGone)) return "";
    whole = base + "/" + name;
  }
  // A link before ".." leads elsewhere than its name says: the way is gone on the host.
  constexpr std::string_view kUp = "/..";
  for (std::size_t up = 0; (up = whole.find(kUp, up)) != std::string::npos;) {
    const std::size_t end = up + kUp.size();
    if (end == whole.size() || whole[end] == '/') {
      std::error_code ignored;
      passed_.push_back(normal_path(whole.substr(0, up)));
      const std::string led_to = std::filesystem::canonical(passed_.back(), ignored);
      if (!led_to.empty() && led_to != passed_.back()) {
        whole = std::filesystem::path(led_to).parent_path().string() + whole.substr(end);
        up = 0;
        continue;
      }
    }
    up = end;
  }
  const std::string path = normal_path(whole);
  return path.starts_with("//") ? path.substr(1) : path;
}

std::string AskedBy::path(const PathAt& at) {
  if (at.path < 0) return "";
  const int directory = at.directory < 0 ? AT_FDCWD : static_cast<int>(call_.args[at.directory]);
  // utimensat(2) of what is open has no path.
  if (call_.nr == SYS_utimensat && call_.args[at.path] == 0)
    return path_of_descriptor({-1, at.directory, at.use});
  return absolute(directory, text(call_.args[at.path]));
}

std::string AskedBy::path_of_descriptor(const PathAt& at) const {
  const std::string path =
      link_target(fmt::format("/proc/{}/fd/{}", process_, static_cast<int>(call_.args[at.path])));
  return path.starts_with('/') ? path : "";
}

int AskedBy::flags(const AuditedCall& call) {
  const std::uint64_t argument = call_.args[call.at];
  if (call.names != Names::kHow) return static_cast<int>(argument);
  open_how how{};
  return take(argument, how) ? static_cast<int>(how.flags) : 0;
}

std::string AskedBy::target(const AuditedCall& call, const std::string& path) {
  const std::string leads_to = text(call_.args[call.at]);
  if (path.empty() || leads_to.empty()) return "";
  return normal_path(leads_to[0] == '/' ? leads_to
                                        : path.substr(0, path.rfind('/') + 1) + leads_to);
}

std::optional<sockaddr_storage> AskedBy::address(const AuditedCall& call) {
  std::uint64_t at = call_.args[call.at];
  std::uint64_t size = call_.args[std::min(call.at + 1, 5)];
  if (call.names != Names::kAddress) {  // an mmsghdr begins with its msghdr
    msghdr message{};
    if (!take(at, message)) return std::nullopt;
    at = reinterpret_cast<std::uint64_t>(message.msg_name);
    size = message.msg_namelen;
  }
  sockaddr_storage address{};
  if (at == 0 || size < sizeof(sa_family_t)) return std::nullopt;
  address_size_ = static_cast<socklen_t>(std::min<std::uint64_t>(size, sizeof address));
  if (!read(at, &address, address_size_)) return std::nullopt;
  return address;
}

std::string AskedBy::unix_name(const sockaddr_storage& address, bool& is_path) {
  constexpr std::size_t kHead = offsetof(sockaddr_un, sun_path);
  if (address.ss_family != AF_UNIX || address_size_ <= kHead) return "";
  const char* name = reinterpret_cast<const char*>(&address) + kHead;
  const std::size_t size = address_size_ - kHead;
  is_path = *name != '\0';
  if (is_path) return absolute(AT_FDCWD, std::string(name, strnlen(name, size)));
  return "@" + std::string(name + 1, size - 1);
}

std::string address_text(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
    return in.sin_port == 0 ? "" : fmt::format("{}:{}", text, ntohs(in.sin_port));
  }
  if (address.ss_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(address);
    ::inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
    return in.sin6_port == 0 ? "" : fmt::format("[{}]:{}", text, ntohs(in.sin6_port));
  }
  return "";
}

}  // namespace cloister
