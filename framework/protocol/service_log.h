// The end of what services have printed, in memory that who starts them and who reports share. One
// process writes. It may die while it does so, and another may overwrite it: a reader trusts
// nothing in it but its size.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cloister {

class ServiceLog {
 public:
  static constexpr std::size_t kKept = std::size_t{8} * 1024;

  void append(std::string_view text) {
    std::uint64_t at = written_.load(std::memory_order_relaxed);
    for (const char c : text) bytes_[at++ % kKept] = c;
    written_.store(at, std::memory_order_release);
  }
  // How much was written in all.
  std::uint64_t written() const { return written_.load(std::memory_order_acquire); }
  // What was written after the first `begin` bytes, as far as it is kept: whole lines.
  std::string since(std::uint64_t begin) const {
    const std::uint64_t end = written();
    const bool is_cut = end > kKept && begin < end - kKept;
    std::string text;
    for (std::uint64_t at = is_cut ? end - kKept : std::min(begin, end); at < end; ++at)
      text += bytes_[at % kKept];
    if (is_cut) text.erase(0, std::min(text.find('\n'), text.size() - 1) + 1);
    return text;
  }

 private:
  std::atomic<std::uint64_t> written_{0};
  char bytes_[kKept];
};

}  // namespace cloister
