// Owners of file descriptors: one move-only handle, closed once. Used wherever the engine opens
// anything. Never used between a clone and the guest's first line (those files end in _inside.cc).
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "framework/kernel/error.h"

namespace cloister {

// Owns one descriptor; -1 is "none".
class Fd {
 public:
  Fd() = default;
  explicit Fd(int number) : number_(number) {}
  Fd(Fd&& other) noexcept : number_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const { return number_; }
  bool open() const { return number_ >= 0; }
  // Gives the descriptor away unclosed.
  int release() { return std::exchange(number_, -1); }
  void reset(int number = -1);

 private:
  int number_ = -1;
};

// Everything written to write_end comes out of read_end. Both close on exec.
struct Pipe {
  Fd read_end;
  Fd write_end;
};
Result<Pipe> make_pipe();

// Two connected ends that preserve message boundaries (SOCK_SEQPACKET) or not (SOCK_STREAM). Both
// close on exec.
struct SocketPair {
  Fd ours;
  Fd theirs;
};
Result<SocketPair> make_socket_pair(int type);

Result<void> set_nonblocking(const Fd& fd);

// Reads a whole small file, such as one below /proc. At most `limit` bytes are kept.
Result<std::string> read_file(const std::string& path, std::size_t limit = 1 << 20);

// Where a symbolic link leads, as written in it. Empty if it is no link or cannot be read.
std::string link_target(const std::string& link);

// Writes `content` with one write(2), as the files of /proc and cgroupfs require.
Result<void> write_file(const std::string& path, std::string_view content);

}  // namespace cloister
