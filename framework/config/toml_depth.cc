#include "framework/config/toml_depth.h"

#include <algorithm>

namespace cloister {
namespace {

// Walks over the text once. What is no TOML it may take for something else: there the parser ends.
class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  std::optional<Place> run() {
    while (at_ < text_.size()) {
      const char letter = text_[at_];
      if (letter == '"' || letter == '\'') {
        skip_string(letter);
        continue;
      }
      if (letter == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
        continue;
      }
      if (letter == '.') ++names_;
      if (letter == '[' || letter == '{') ++brackets_;
      if ((letter == ']' || letter == '}') && brackets_ > 0) --brackets_;
      if (std::string_view("\n=,[]{}").find(letter) != std::string_view::npos) names_ = 1;
      if (names_ > kMostNames || brackets_ > kMostBrackets) return place();
      ++at_;
    }
    return std::nullopt;
  }

 private:
  // A string of one line ends with it, at the latest. One of several lines ends with three quotes,
  // before which two more may belong to it.
  void skip_string(char quote) {
    const std::string_view three = quote == '"' ? "\"\"\"" : "'''";
    const bool long_one = text_.substr(at_).starts_with(three);
    at_ += long_one ? 3 : 1;
    while (at_ < text_.size()) {
      if (quote == '"' && text_[at_] == '\\') {
        at_ += 2;
      } else if (long_one && text_.substr(at_).starts_with(three)) {
        at_ += 3;
        for (int more = 0; more < 2 && at_ < text_.size() && text_[at_] == quote; ++more) ++at_;
        return;
      } else {
        const char c = text_[at_];
        if (!long_one && c == '\n') return;
        ++at_;
        if (!long_one && c == quote) return;
      }
    }
  }

  Place place() const {
    const std::string_view before = text_.substr(0, at_);
    const std::size_t line = before.rfind('\n') + 1;  // 0 in the first
    return {static_cast<unsigned>(std::ranges::count(before, '\n')) + 1,
            static_cast<unsigned>(at_ - line) + 1};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int names_ = 1;
  int brackets_ = 0;
};

}  // namespace

std::optional<Place> too_deep(std::string_view text) { return Scan(text).run(); }

}  // namespace cloister
