#include "framework/host/declared_files.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "framework/config/path_pattern.h"
#include "framework/host/needed_paths.h"

namespace cloister {
namespace {

bool is_directory(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool is_file(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

bool is_there(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0;
}

std::string directory_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

class Declared {
 public:
  explicit Declared(const HostFacts& facts) : facts_(facts) {}

  Result<DeclaredFiles> of(const CellConfig& config) {
    const std::vector<std::string> none;
    for (const std::string& pattern : config.outputs.value_or(none)) {
      if (auto taken = take_output(pattern); !taken) return std::unexpected(taken.error());
    }
    for (const std::string& pattern : config.inputs.value_or(none)) {
      if (auto taken = take_input(pattern); !taken) return std::unexpected(taken.error());
    }
    find_writable();
    find_readable();
    find_shared();
    std::erase_if(links_, [this](const auto& link) { return is_shown(link); });
    declared_.links.assign(links_.begin(), links_.end());
    return std::move(declared_);
  }

 private:
  // Where it leads; the links on the way are noted.
  std::string end_of(const std::string& path) {
    std::vector<std::string> way = way_of(path);
    links_.insert(way.begin(), way.end() - 1);
    return std::move(way.back());
  }

  Result<void> take_output(const std::string& pattern) {
    const std::string plain = plain_part(pattern);
    const std::string place = end_of(plain);
    std::string whole = place + pattern.substr(plain.size());
    if (is_below_any(place, kSystemDirectories) || is_below_any(place, kKernelDirectories) ||
        directory_of_output(whole) == "/") {
      return std::unexpected(
          Error{fmt::format("let this test write to '{}' (outputs): it is the system's", pattern),
                0, "name what lies in directories of your own"});
    }
    declared_.outputs.push_back(std::move(whole));
    if (has_wildcard(pattern)) return {};
    // A link may be written to, and may be removed or replaced.
    const std::string own =
        fmt::format("{}/{}", end_of(directory_of(plain)), plain.substr(plain.rfind('/') + 1));
    if (own != place) declared_.outputs.push_back(own);
    return {};
  }

  Result<void> take_input(const std::string& pattern) {
    const std::vector<std::string> found = expand_path(pattern);
    // What is an output, too, another test may have removed.
    if (found.empty() && !is_output(end_of(pattern))) {
      return std::unexpected(
          Error{fmt::format("give this test '{}' (inputs): there is no such file", pattern), 0,
                "make it before the run, or leave it out"});
    }
    for (const std::string& path : found) {
      std::string end = end_of(path);
      struct stat status{};
      const bool is_covered =
          std::ranges::find(kCoveredDirectories, end) != std::end(kCoveredDirectories);
      if (end == "/" || is_covered) {
        return std::unexpected(
            Error{fmt::format("give this test '{}' (inputs): {}", pattern,
                              is_covered ? "it has one of its own" : "it is all there is"),
                  0, "name what it reads there"});
      }
      if (::lstat(end.c_str(), &status) != 0) continue;  // a link that leads nowhere
      if (S_ISLNK(status.st_mode)) {                     // one that leads to itself
        links_.insert(std::move(end));
      } else {
        inputs_.insert(std::move(end));
      }
    }
    return {};
  }

  // The directory that there is a view of for what the pattern stands for: that of which other
  // tests have one, so that what is renamed stays in one file system.
  std::string directory_of_output(const std::string& pattern) const {
    std::string directory = plain_part(pattern);
    const auto view = std::ranges::find_if(
        facts_.views, [&](const FileView& each) { return is_below(directory, each.directory); });
    if (view != facts_.views.end()) return view->directory;
    if (!has_wildcard(pattern)) directory = directory_of(directory);
    while (!is_directory(directory)) directory = directory_of(directory);
    return directory;
  }

  void find_writable() {
    std::set<std::string> directories;
    for (const std::string& pattern : declared_.outputs)
      directories.insert(directory_of_output(pattern));
    for (std::string& directory : outermost(directories)) {
      if (is_below_any(directory, inputs_)) continue;
      declared_.writable.emplace_back(std::move(directory)).is_empty = true;
    }
    // An input with outputs in it is seen whole, and so it is not copied.
    for (const std::string& input : outermost(inputs_)) {
      const bool has_outputs = std::ranges::any_of(
          declared_.outputs, [&](const auto& pattern) { return leads_into(pattern, input); });
      if (is_directory(input) && has_outputs) {
        make(input);
        declared_.writable.emplace_back(input);
      }
    }
    for (const std::string& pattern : declared_.outputs) {
      std::string directory = plain_part(pattern);
      while (!is_directory(directory)) directory = directory_of(directory);
      make(directory);
    }
  }

  void find_readable() {
    std::set<std::string> readable;
    for (const std::string_view directory : kSystemDirectories) {
      if (const std::string end = end_of(std::string(directory)); is_there(end))
        readable.insert(end);
    }
    for (const std::string& file : facts_.program_files) {
      if (const std::string end = end_of(file); is_there(end)) readable.insert(end);
    }
    for (const std::string& input : inputs_) {
      FileView* view = empty_view_of(input);
      if (view != nullptr && is_output(input) && is_file(input)) {
        view->copy(input);
      } else {
        readable.insert(input);
      }
    }
    declared_.readable = outermost(readable);
    std::erase_if(declared_.readable, [this](const auto& path) { return is_in_whole_view(path); });
  }
  // Of what views share, sockets are the host's services.
  void find_shared() {
    for (const FileView& view : facts_.views) {
      for (const std::string& name : view.shared) {
        struct stat status{};
        std::string path = fmt::format("{}/{}", view.directory, name);
        if (::stat(path.c_str(), &status) == 0 && !S_ISSOCK(status.st_mode))
          declared_.shared.push_back(std::move(path));
      }
    }
  }

  FileView* empty_view_of(const std::string& path) {
    if (is_in_whole_view(path)) return nullptr;
    const auto found = std::ranges::find_if(declared_.writable, [&](const FileView& view) {
      return view.is_empty && is_below(path, view.directory);
    });
    return found == declared_.writable.end() ? nullptr : &*found;
  }
  void make(const std::string& path) {
    if (FileView* view = empty_view_of(path)) view->make(path);
  }
  bool is_in_whole_view(const std::string& path) const {
    return std::ranges::any_of(declared_.writable, [&](const FileView& view) {
      return !view.is_empty && is_below(path, view.directory);
    });
  }
  // The link is there anyway, with the directory that it lies in.
  bool is_shown(const std::string& link) const {
    return is_in_whole_view(link) || is_below_any(link, declared_.readable);
  }
  bool is_output(const std::string& path) const { return matches_any(declared_.outputs, path); }

  const HostFacts& facts_;
  std::set<std::string> inputs_;
  std::set<std::string> links_;
  DeclaredFiles declared_;
};

}  // namespace

Result<DeclaredFiles> declared_files(const CellConfig& config, const HostFacts& facts) {
  return Declared(facts).of(config);
}

}  // namespace cloister
