#include "framework/files/file_store.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "framework/config/amounts.h"
#include "framework/kernel/fd.h"

namespace cloister {
namespace {

namespace fs = std::filesystem;

// The file by which a directory is known as one of saved files.
constexpr const char* kSaved = ".cloister-saved";

// Of a process as it is known in its pid namespace: only there can be told whether it lives.
std::string prefix_of_namespace() {
  const std::string name = link_target("/proc/self/ns/pid");  // "pid:[4026531836]"
  const std::size_t begin = name.find('[') + 1;
  return fmt::format(".cloister-files-{}-", name.substr(begin, name.find(']') - begin));
}

void sweep(const std::string& directory, const std::string& prefix) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(prefix)) continue;
    const std::string_view rest = std::string_view(name).substr(prefix.size());
    const auto owner = parse_count(rest.substr(0, rest.find('-')), 1U << 22);
    if (owner && ::kill(static_cast<pid_t>(*owner), 0) != 0 && errno == ESRCH)
      remove_stored(entry.path());
  }
}

}  // namespace

Result<std::string> file_store(const std::string& directory) {
  if (::access(directory.c_str(), R_OK | W_OK | X_OK) != 0) {
    return failed(fmt::format("keep what tests write in '{}' (files_store)", directory),
                  "name a directory that is there and may be written to");
  }
  const std::string prefix = prefix_of_namespace();
  sweep(directory, prefix);
  std::string own = fmt::format("{}/{}{}-", directory, prefix, ::getpid());
  if (::mkdir(own.c_str(), 0700) != 0) {  // as in /proc
    return failed(fmt::format("make a directory in '{}' (files_store)", directory),
                  "name one in which directories can be made");
  }
  ::rmdir(own.c_str());
  return own;
}

Result<void> make_place_of_saved(const std::string& where, bool is_to_be_there) {
  const std::string doing = fmt::format("save what a failed test wrote in '{}'", where);
  const std::string mark = where + "/" + kSaved;
  struct stat status{};
  if (::lstat(where.c_str(), &status) == 0) {
    if (!S_ISDIR(status.st_mode) || ::access(mark.c_str(), F_OK) != 0) {
      return std::unexpected(
          Error{doing + ": something else is there", 0, "name another directory"});
    }
    remove_stored(where);
  }
  if (!is_to_be_there) return {};
  std::error_code ignored;
  fs::create_directories(where, ignored);
  if (!Fd(::open(mark.c_str(), O_CREAT | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0644)).open())
    return failed(doing, "name a directory in which files can be made");
  return {};
}

void remove_stored(const std::string& path) {
  std::error_code ignored;
  // Overlayfs leaves directories that nobody may read, and so may a test.
  fs::permissions(path, fs::perms::owner_all, ignored);
  for (const auto& entry : fs::directory_iterator(path, ignored)) {
    if (entry.is_directory(ignored) && !entry.is_symlink(ignored)) {
      remove_stored(entry.path());
    } else {
      fs::remove(entry.path(), ignored);
    }
  }
  fs::remove(path, ignored);
}

}  // namespace cloister
