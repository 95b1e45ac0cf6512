// Reads the tables of a network namespace, such as /proc/net/tcp: proc(5).
#pragma once

#include "framework/builder/calls_inside.h"

namespace cloister::inside {

// Of each table, some 5000 sockets: a cell that holds more is not searched to the end.
inline constexpr std::size_t kMostReadOfTable = std::size_t{1} << 20;

// `take` gets each line but the first, which names the fields; it may change it.
template <typename Take>
void read_table(const char* name, Take take) {
  const int fd = sys::open(name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  char text[4096];
  std::size_t held = 0;
  bool head = true;
  for (std::size_t all = 0; all < kMostReadOfTable;) {
    const ssize_t got = sys::read(fd, text + held, sizeof text - 1 - held);
    if (got <= 0) break;
    all += static_cast<std::size_t>(got);
    held += static_cast<std::size_t>(got);
    text[held] = '\0';
    char* line = text;
    for (char* end = strchr(line, '\n'); end != nullptr; end = strchr(line, '\n')) {
      *end = '\0';
      if (!head) take(line);
      head = false;
      line = end + 1;
    }
    held -= static_cast<std::size_t>(line - text);
    if (held == sizeof text - 1) break;  // no line is as long
    memmove(text, line, held);
  }
  sys::close(fd);
}

}  // namespace cloister::inside
