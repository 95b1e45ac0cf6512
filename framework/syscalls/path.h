// A path built in a fixed buffer, for calls that need a terminated string.
#pragma once

#include <limits.h>
#include <stdio.h>

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace cloister {

// A number as text, for a Path.
class Digits {
 public:
  explicit Digits(std::uint32_t number) {
    do {
      *--begin_ = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number > 0);
  }
  operator std::string_view() const {
    return {begin_, static_cast<std::size_t>(text_ + sizeof text_ - begin_)};
  }

 private:
  char text_[10];
  char* begin_ = text_ + sizeof text_;
};

class Path {
 public:
  Path(std::initializer_list<std::string_view> pieces) {
    for (const std::string_view piece : pieces) {
      for (const char c : piece) {
        if (length_ + 1 < sizeof text_) text_[length_++] = c;
      }
    }
    text_[length_] = '\0';
  }
  const char* c_str() const { return text_; }
  std::string_view text() const { return {text_, length_}; }

 private:
  char text_[PATH_MAX];
  std::size_t length_ = 0;
};

// A path for an open descriptor, for calls that take a path.
inline Path link_of(int fd) { return {"/proc/self/fd/", Digits(static_cast<std::uint32_t>(fd))}; }

}  // namespace cloister
