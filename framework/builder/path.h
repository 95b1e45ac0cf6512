// A path put together in a fixed buffer, for calls that want a terminated string.
#pragma once

#include <limits.h>
#include <stdio.h>

#include <initializer_list>
#include <string_view>

namespace cloister {

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

 private:
  char text_[PATH_MAX] = {};
  std::size_t length_ = 0;
};

}  // namespace cloister
