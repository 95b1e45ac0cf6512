#include "framework/host/file_views.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>

#include "framework/config/path_pattern.h"
#include "framework/host/needed_paths.h"
#include "framework/kernel/fd.h"

namespace cloister {
namespace {

constexpr std::size_t kMostSockets = 64;

// What the top directory of a source tree or of a build tree has.
constexpr const char* kOfAProject[] = {".git",           ".hg",        ".svn",
                                       "CMakeCache.txt", "meson-info", "MODULE.bazel"};

bool is_in(std::string_view path, std::string_view directory) {
  return path.starts_with(directory) && path.substr(directory.size(), 1) == "/";
}

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

bool is_top_of_project(const std::string& directory) {
  return std::ranges::any_of(kOfAProject, [&](const char* name) {
    return ::access(fmt::format("{}/{}", directory, name).c_str(), F_OK) == 0;
  });
}

// The outermost directory of a project that `directory` lies in; itself where there is none.
std::string project_of(const std::string& directory) {
  std::string outermost = directory;
  for (std::string at = directory; !at.empty(); at = parent_of(at)) {
    if (is_top_of_project(at)) outermost = at;
  }
  return outermost;
}

// Where a build tree of CMake's has its sources; "" where it is none.
std::string sources_of(const std::string& directory) {
  constexpr std::string_view kEntry = "CMAKE_HOME_DIRECTORY:INTERNAL=";
  for (std::string at = directory; !at.empty(); at = parent_of(at)) {
    std::istringstream lines(read_file(at + "/CMakeCache.txt", std::size_t{4} << 20).value_or(""));
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(kEntry)) return line.substr(kEntry.size());
    }
  }
  return "";
}

// A view of "/", or of what a cell covers anyway, is none.
bool can_have_view(const std::string& directory) {
  struct stat status{};
  struct statvfs mount{};
  return directory.size() > 1 &&
         std::ranges::find(kCoveredDirectories, directory) == std::end(kCoveredDirectories) &&
         ::stat(directory.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         ::access(directory.c_str(), X_OK) == 0 && ::statvfs(directory.c_str(), &mount) == 0 &&
         (mount.f_flag & ST_RDONLY) == 0;
}

// An ordinary user's cell knows no ids but the user's own, and overlayfs copies no file of others:
// what is written to has to be the user's. In /var/tmp and its like only own entries can be.
bool is_of_others(const std::string& directory, const HostFacts& facts) {
  struct stat status{};
  return !facts.privileged && ::stat(directory.c_str(), &status) == 0 &&
         (status.st_mode & S_ISVTX) == 0 && ::access(directory.c_str(), W_OK) == 0 &&
         (status.st_uid != facts.uid || status.st_gid != facts.gid);
}

// "\040" for a blank, and so on: proc_pid_mountinfo(5).
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 3 >= text.size()) {
      plain += text[i];
      continue;
    }
    plain +=
        static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + text[i + 3] - '0');
    i += 3;
  }
  return plain;
}

std::vector<std::string> mount_points() {
  std::vector<std::string> points;
  std::istringstream lines(read_file("/proc/self/mountinfo", std::size_t{16} << 20).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string skip;
    std::string point;
    fields >> skip >> skip >> skip >> skip >> point;
    points.push_back(unescaped(point));
  }
  return points;
}

// Whose names are paths: unix(7), /proc/net/unix.
std::vector<std::string> sockets() {
  std::vector<std::string> paths;
  std::istringstream lines(read_file("/proc/net/unix", std::size_t{16} << 20).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t slash = line.find(" /");
    if (slash != std::string::npos) paths.push_back(line.substr(slash + 1));
  }
  return paths;
}

void add_sockets(FileView& view, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    struct stat status{};
    if (!is_in(path, view.directory) || view.shared.size() == kMostSockets ||
        ::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode))
      continue;
    view.shared.push_back(path.substr(view.directory.size() + 1));
  }
}

class Views {
 public:
  // The mount point in the directory, where there is one.
  const std::string* mounted_in(const std::string& directory) const {
    const auto found =
        std::ranges::find_if(points_, [&](const auto& point) { return is_in(point, directory); });
    return found == points_.end() ? nullptr : &*found;
  }
  void add(const std::string& directory) { all_.insert(directory); }
  std::vector<FileView> take() const {
    const std::vector<std::string> paths = sockets();
    std::vector<FileView> views;
    for (const std::string& directory : outermost(all_)) {
      views.push_back({directory});
      add_sockets(views.back(), paths);
    }
    return views;
  }

 private:
  std::vector<std::string> points_ = mount_points();
  std::set<std::string> all_;
};

std::string value_of(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr || *value != '/' ? "" : way_of(value).back();
}

}  // namespace

void find_file_views(HostFacts& facts) {
  Views views;
  const std::string& start = facts.working_directory;
  std::vector<std::string> wanted = {value_of("HOME"), "/var/tmp", value_of("XDG_RUNTIME_DIR")};
  if (can_have_view(start)) {
    const std::string project = project_of(start);
    const std::string sources = sources_of(start);
    if (!sources.empty()) wanted.push_back(project_of(way_of(sources).back()));
    if (const std::string* point = views.mounted_in(start)) {
      facts.losses.push_back(
          {Facility::kFileViews,
           fmt::format("something is mounted on '{}', in the directory that the run was started in",
                       *point),
           "start it where nothing is mounted in it"});
    } else if (is_of_others(start, facts)) {
      facts.losses.push_back(
          {Facility::kFileViews,
           fmt::format("'{}', where the run was started, is of another user or group than its own",
                       start),
           "start the run with that group, as by newgrp(1), or in a directory of your own"});
    } else {
      const bool whole = views.mounted_in(project) == nullptr && can_have_view(project) &&
                         !is_of_others(project, facts);
      wanted.push_back(whole ? project : start);
    }
  }
  for (const std::string& directory : wanted) {
    if (can_have_view(directory) && views.mounted_in(directory) == nullptr &&
        !is_of_others(directory, facts))
      views.add(directory);
  }
  facts.views = views.take();
}

Result<std::vector<FileView>> file_views_of(std::span<const std::string> directories) {
  Views views;
  for (const std::string& named : directories) {
    const std::string directory = way_of(named).back();
    struct stat status{};
    if (::stat(directory.c_str(), &status) != 0)
      return failed(fmt::format("view '{}' (files_in)", named), "make it before the run");
    const std::string* point = views.mounted_in(directory);
    if (!S_ISDIR(status.st_mode) || point != nullptr || directory == "/") {
      return std::unexpected(
          Error{fmt::format("view '{}' (files_in): {}", named,
                            !S_ISDIR(status.st_mode) ? "it is no directory"
                            : point == nullptr       ? "it is all there is"
                                               : fmt::format("'{}' is mounted in it", *point)),
                0, "name directories in which nothing is mounted"});
    }
    if (can_have_view(directory)) views.add(directory);
  }
  return views.take();
}

void share_existing(std::vector<FileView>& views, std::span<const std::string> paths) {
  for (const std::string& named : paths) {
    const std::string path = way_of(named).back();
    if (::access(path.c_str(), F_OK) != 0) continue;
    for (FileView& view : views) {
      if (!is_in(path, view.directory)) continue;
      std::string name = path.substr(view.directory.size() + 1);
      if (std::ranges::find(view.shared, name) == view.shared.end())
        view.shared.push_back(std::move(name));
    }
  }
}

std::vector<std::string> gcov_directories(const std::string& program) {
  constexpr std::string_view kSuffix(".gcda\0", 6);
  const Fd file(::open(program.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!file.open() || ::fstat(file.get(), &status) != 0 || status.st_size == 0) return {};
  const auto size = static_cast<std::size_t>(status.st_size);
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (memory == MAP_FAILED) return {};
  const std::string_view bytes(static_cast<const char*>(memory), size);
  std::set<std::string> directories;
  for (std::size_t at = 0; (at = bytes.find(kSuffix, at)) != std::string_view::npos; ++at) {
    const std::size_t begin = bytes.rfind('\0', at) + 1;
    const std::string_view name = bytes.substr(begin, at - begin);
    if (name.starts_with('/')) directories.insert(way_of(name.substr(0, name.rfind('/'))).back());
  }
  ::munmap(memory, size);
  return outermost(directories);
}

std::string first_on_overlay(std::span<const std::string> directories) {
  constexpr long kOverlay = 0x794c7630;  // OVERLAYFS_SUPER_MAGIC, which linux/magic.h has since 4.0
  for (const std::string& directory : directories) {
    struct statfs status{};
    if (::statfs(directory.c_str(), &status) == 0 && status.f_type == kOverlay) return directory;
  }
  return "";
}

}  // namespace cloister
