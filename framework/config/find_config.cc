#include "framework/config/find_config.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "framework/kernel/fd.h"

namespace cloister {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;

Result<std::optional<ConfigText>> read(const std::string& name) {
  auto text = read_file(name, kMostBytes + 1);
  if (!text) return std::unexpected(text.error());
  if (text->size() > kMostBytes)
    return std::unexpected(Error{fmt::format("read '{}': it is larger than 1 MiB", name), 0, ""});
  return ConfigText{name, std::move(*text)};
}

}  // namespace

Result<std::optional<ConfigText>> find_config(std::string directory) {
  while (!directory.empty()) {
    const std::string name =
        fmt::format("{}{}cloister.toml", directory, directory.ends_with('/') ? "" : "/");
    // Not by opening it: a directory that may not be searched has no file for us, while a file that
    // is there and cannot be read must not be passed over.
    struct stat seen;
    if (::lstat(name.c_str(), &seen) == 0) return read(name);
    if (directory == "/") break;
    directory.erase(std::max<std::size_t>(directory.rfind('/'), 1));
  }
  return std::nullopt;
}

Result<std::optional<ConfigText>> read_config(const std::string& named) {
  if (named == "none") return std::nullopt;
  if (!named.empty()) return read(named);
  std::error_code removed;  // a working directory that is gone has nothing above it
  return find_config(std::filesystem::current_path(removed).string());
}

}  // namespace cloister
