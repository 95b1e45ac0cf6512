#include "framework/kernel/error.h"

#include <errno.h>
#include <fmt/format.h>
#include <string.h>

namespace cloister {

std::string errno_text(int number) {
  const char* name = strerrorname_np(number);
  const char* words = strerrordesc_np(number);
  if (name == nullptr || words == nullptr) return fmt::format("error {}", number);
  return fmt::format("{} ({})", words, name);
}

std::string Error::text() const {
  std::string sentence = "cannot " + doing;
  if (number != 0) sentence += ": " + errno_text(number);
  if (!hint.empty()) sentence += "; " + hint;
  return sentence;
}

std::unexpected<Error> failed(std::string doing, std::string hint) {
  const int number = errno;
  return std::unexpected(Error{std::move(doing), number, std::move(hint)});
}

}  // namespace cloister
