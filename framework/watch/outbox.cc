#include "framework/watch/outbox.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <utility>

namespace cloister {
namespace {

bool read_exactly(const Fd& socket, char* into, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::read(socket.get(), into, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace

void Outbox::put(std::string_view message) {
  const auto length = static_cast<std::uint32_t>(message.size());
  pending_.append(reinterpret_cast<const char*>(&length), sizeof length);
  pending_.append(message);
}

bool Outbox::flush() {
  while (written_ < pending_.size()) {
    const ssize_t sent = ::send(socket_.get(), pending_.data() + written_,
                                pending_.size() - written_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno == EAGAIN;
    written_ += static_cast<std::size_t>(sent);
  }
  pending_.clear();
  written_ = 0;
  return true;
}

void Outbox::flush_all() {
  while (flush() && waiting() > 0) {
    pollfd wait{socket_.get(), POLLOUT, 0};
    ::poll(&wait, 1, -1);
  }
}

std::optional<std::string> read_message(const Fd& socket) {
  std::uint32_t length = 0;
  if (!read_exactly(socket, reinterpret_cast<char*>(&length), sizeof length)) return std::nullopt;
  std::string message(length, '\0');
  if (!read_exactly(socket, message.data(), length)) return std::nullopt;
  return message;
}

bool MessageReader::read(const Fd& socket) {
  char buffer[std::size_t{8} * 1024];  // also where a stack is small (ulimit -s)
  while (true) {
    const ssize_t got = ::recv(socket.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got < 0 && errno == EAGAIN;
    come_.append(buffer, static_cast<std::size_t>(got));
    if (static_cast<std::size_t>(got) < sizeof buffer) return true;
  }
}

bool MessageReader::has_whole() const {
  std::uint32_t length = 0;
  const std::size_t there = come_.size() - taken_;
  if (there < sizeof length) return false;
  std::memcpy(&length, come_.data() + taken_, sizeof length);
  return there - sizeof length >= length;
}

std::optional<std::string> MessageReader::take() {
  if (!has_whole()) {
    come_.erase(0, std::exchange(taken_, 0));
    return std::nullopt;
  }
  std::uint32_t length = 0;
  std::memcpy(&length, come_.data() + taken_, sizeof length);
  std::string message = come_.substr(taken_ + sizeof length, length);
  taken_ += sizeof length + length;
  return message;
}

}  // namespace cloister
