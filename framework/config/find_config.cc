#include "framework/config/find_config.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <filesystem>

#include "framework/kernel/fd.h"

namespace cloister {
namespace {

// Of a file that people write. It is read, parsed and kept by every start of the program.
constexpr std::size_t kMostBytes = std::size_t{1} << 20;

// What cannot be read from beginning to end without waiting for somebody is no file of settings.
const char* kind_of(const struct stat& status) {
  if (S_ISFIFO(status.st_mode)) return "a FIFO";
  if (S_ISSOCK(status.st_mode)) return "a socket";
  if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) return "a device";
  return nullptr;
}

bool is_null_device(const struct stat& status) {
  return S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);  // null(4)
}

Result<std::optional<ConfigText>> read(const std::string& name) {
  const auto refused = [&name](const std::string& why) {
    return std::unexpected(Error{fmt::format("read '{}': it is {}", name, why), 0, ""});
  };
  struct stat status;
  if (::stat(name.c_str(), &status) == 0) {
    if (is_null_device(status)) return ConfigText{name, ""};
    if (const char* kind = kind_of(status))
      return refused(fmt::format("{}, and settings are read from regular files only", kind));
  }
  auto text = read_file(name, kMostBytes + 1);
  if (!text) return std::unexpected(text.error());
  if (text->size() > kMostBytes) return refused("larger than 1 MiB");
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
