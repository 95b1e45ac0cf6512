// Messages to a reader that may be slow. They are kept in memory and written when there is room, so
// that the watch loop never blocks on the reader of its reports. Also the reader of such messages.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "framework/kernel/fd.h"

namespace cloister {

class Outbox {
 public:
  explicit Outbox(Fd socket) : socket_(std::move(socket)) {}

  // Appends one message: its length as 32 bits, then its bytes.
  void put(std::string_view message);
  // Writes what fits now. False when the reader is gone.
  bool flush();
  // Waits until everything is written or the reader is gone.
  void flush_all();

  const Fd& socket() const { return socket_; }
  std::size_t waiting() const { return pending_.size() - written_; }

 private:
  Fd socket_;
  std::string pending_;
  std::size_t written_ = 0;
};

// What the reader may send on the same socket, one byte each. If the reader closes its sending side
// (shutdown(2)), the warden ends the run and reports what was running. A signal handler may do all
// three.
inline constexpr char kPause = 'p';
inline constexpr char kGoOn = 'g';

// The other end: waits for the next message. Nothing when the writer is gone, even in mid-message.
std::optional<std::string> read_message(const Fd& socket);

// The other end for a reader that must not wait. It gets a message in pieces.
class MessageReader {
 public:
  // Reads what is there. False when the writer is gone.
  bool read(const Fd& socket);
  bool has_whole() const;
  // The next whole message, if there is one.
  std::optional<std::string> take();

 private:
  std::string come_;
  std::size_t taken_ = 0;
};

}  // namespace cloister
