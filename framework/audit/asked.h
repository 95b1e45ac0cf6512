// What a process that waits in a system call has named in it, read from its memory.
#pragma once

#include <linux/seccomp.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include <cloister/report.h>

#include "framework/launch/audited_calls.h"

namespace cloister {

class AskedBy {
 public:
  AskedBy(pid_t process, const seccomp_data& call) : process_(process), call_(call) {}

  // The argument as an absolute path without "." and "..", as the process sees it. Its last link is
  // not followed. "" if it is no name, or names nothing that is a file.
  std::string path(const PathAt& at);
  // The path of an open file; "" if it is none.
  std::string path_of_descriptor(const PathAt& at) const;
  // The flags of open(2) that a file is opened with, or those of renameat2(2).
  int flags(const AuditedCall& call);
  // The target of the link that the call makes at `path`.
  std::string target(const AuditedCall& call, const std::string& path);
  // The addresses that the call names; for `kMessages` only the first.
  std::optional<sockaddr_storage> address(const AuditedCall& call);
  // The name of a Unix socket, which may be relative: "@name" for an abstract one; "" is none.
  std::string unix_name(const sockaddr_storage& address, bool& is_path);

  // Directories that its paths led through but no longer name: "a/b" of "a/b/../c".
  const std::vector<std::string>& passed() const { return passed_; }

  // Whether its memory could not be read.
  bool is_closed() const { return is_closed_; }

 private:
  bool read(std::uint64_t from, void* into, std::size_t size);
  std::string text(std::uint64_t from);
  std::string absolute(int directory, const std::string& name);
  template <typename T>
  bool take(std::uint64_t from, T& into) {
    return read(from, &into, sizeof into);
  }

  pid_t process_;
  const seccomp_data& call_;
  socklen_t address_size_ = 0;
  bool is_closed_ = false;
  std::vector<std::string> passed_;
};

// "127.0.0.1:80", "[::1]:80"; "" for other kinds, and for a port that is not chosen yet.
std::string address_text(const sockaddr_storage& address);

}  // namespace cloister
