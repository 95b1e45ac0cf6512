#include "adapters/service/log.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <cloister/service.h>

namespace cloister::service {
namespace {

constexpr std::size_t kMostLines = 40;
constexpr std::size_t kMostQuoted = 8192;

[[noreturn]] void fail(const std::string& path) {
  const std::string why = std::generic_category().message(errno);
  throw ServiceError("cannot make the log file '" + path + "': " + why +
                     "; name another place in ServiceConfig::log_file");
}

// Its descriptor is above the standard streams, which a test may have closed: else dup2(2) in the
// child would take its place.
LogFile above_streams(const std::string& path, const Descriptor& low) {
  if (!low.valid()) fail(path);
  Descriptor file(::fcntl(low.get(), F_DUPFD_CLOEXEC, 3));
  if (!file.valid()) fail(path);
  return {path, std::move(file)};
}

}  // namespace

LogFile make_log(const std::string& name) {
  std::error_code ignored;
  std::filesystem::path directory = std::filesystem::temp_directory_path(ignored);
  if (ignored) directory = "/tmp";
  std::string shown = name;
  std::replace(shown.begin(), shown.end(), '/', '_');
  constexpr std::string_view kEnd = ".log";
  std::string path = directory / ("cloister-" + shown.substr(0, 100) + "-XXXXXX");
  path += kEnd;
  const Descriptor low(
      ::mkostemps(path.data(), static_cast<int>(kEnd.size()), O_APPEND | O_CLOEXEC));
  return above_streams(path, low);
}

LogFile open_log(const std::string& path) {
  const Descriptor low(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666));
  return above_streams(path, low);
}

std::string read_end(const std::string& path, std::size_t most) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts{};
  if (!file.valid() || ::fstat(file.get(), &facts) != 0) return "";
  const auto size = static_cast<std::size_t>(facts.st_size);
  std::string text(std::min(size, most), '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const auto at = static_cast<off_t>(size - text.size() + filled);
    const ssize_t got = ::pread(file.get(), text.data() + filled, text.size() - filled, at);
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  text.resize(filled);
  return text;
}

std::string quote_log(const std::string& path) {
  const std::string kept = read_end(path, kMostQuoted);
  std::string_view text = kept;
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  if (text.empty()) return "its log (" + path + ") is empty";
  std::size_t from = text.size();
  std::size_t lines = 0;
  while (from != std::string_view::npos && lines < kMostLines) {
    from = from == 0 ? std::string_view::npos : text.rfind('\n', from - 1);
    ++lines;
  }
  std::error_code ignored;
  bool whole = std::filesystem::file_size(path, ignored) <= kMostQuoted;
  if (from != std::string_view::npos) {
    whole = false;
    text.remove_prefix(from + 1);
  }
  std::string quoted = (whole ? "its log (" : "the end of its log (") + path + "):";
  while (true) {
    const std::size_t end = text.find('\n');
    quoted += "\n  | " + std::string(text.substr(0, end));
    if (end == std::string_view::npos) return quoted;
    text.remove_prefix(end + 1);
  }
}

}  // namespace cloister::service
