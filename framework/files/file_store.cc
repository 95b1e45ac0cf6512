#include "framework/files/file_store.h"

#include <errno.h>
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
