// Messages on their way to a reader that may be slow: kept in memory, written when there is room,
// so that the watch loop never blocks on whoever reads its reports.
#pragma once

#include <cstddef>
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

}  // namespace cloister
