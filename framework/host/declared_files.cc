#include "framework/host/declared_files.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "framework/config/path_pattern.h"

namespace cloister {
namespace {

bool is_directory(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::string directory_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

// The directory that has to be writable for what the pattern stands for: one that is there, for
// what is not there the test makes itself.
std::string directory_of_output(const std::string& pattern) {
  std::string directory = plain_part(pattern);
  if (!has_wildcard(pattern) && !is_directory(directory)) directory = directory_of(directory);
  while (!is_directory(directory)) directory = directory_of(directory);
  return directory;
}

class Declared {
 public:
  explicit Declared(const HostFacts& facts) : facts_(facts) {}

  Result<DeclaredFiles> of(const CellConfig& config) {
    const std::vector<std::string> none;
    declared_.outputs = config.outputs.value_or(none);
    for (const std::string& pattern : config.inputs ? *config.inputs : none) {
      const std::vector<std::string> found = expand_path(pattern);
      // What is an output, too, another test may have removed.
      if (found.empty() && !is_output(pattern)) {
        return std::unexpected(
            Error{fmt::format("give this test '{}' (inputs): there is no such file", pattern), 0,
                  "make it before the run, or leave it out"});
      }
      inputs_.insert(found.begin(), found.end());
    }
    find_writable();
    std::set<std::string> readable(inputs_);
    for (const std::string_view directory : kSystemDirectories) {
      if (is_directory(std::string(directory))) readable.emplace(directory);
    }
    for (const std::string& file : facts_.program_files) {
      if (::access(file.c_str(), F_OK) == 0) readable.insert(file);
    }
    declared_.readable = outermost(readable);
    std::erase_if(declared_.readable, [this](const auto& name) { return is_copied(name); });
    find_shared();
    return std::move(declared_);
  }

 private:
  void find_writable() {
    std::set<std::string> directories;
    for (const std::string& pattern : declared_.outputs)
      directories.insert(directory_of_output(pattern));
    for (const std::string& directory : outermost(directories)) {
      FileView view{directory};
      view.is_empty = !is_below_any(directory, inputs_);
      for (const std::string& inner : directories) {
        if (inner != directory && is_below(inner, directory)) add_made(view, inner);
      }
      // What it reads and writes it has a copy of.
      for (const std::string& input : inputs_) {
        if (input != directory && is_below(input, directory) && is_output(input))
          add_made(view, input);
      }
      declared_.writable.push_back(std::move(view));
    }
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
  // With the directories on the way, each before what lies in it.
  static void add_made(FileView& view, const std::string& path) {
    if (!view.is_empty) return;
    for (std::size_t at = view.directory.size() + 1; at != std::string::npos;) {
      const std::size_t slash = path.find('/', at);
      std::string name = path.substr(view.directory.size() + 1);
      if (slash != std::string::npos) name.resize(slash - view.directory.size() - 1);
      if (std::ranges::find(view.made, name) == view.made.end()) view.made.push_back(name);
      at = slash == std::string::npos ? slash : slash + 1;
    }
  }
  bool is_output(const std::string& path) const { return matches_any(declared_.outputs, path); }
  bool is_copied(const std::string& path) const {
    return inputs_.contains(path) && !is_directory(path) && is_output(path);
  }

  const HostFacts& facts_;
  std::set<std::string> inputs_;
  DeclaredFiles declared_;
};

}  // namespace

Result<DeclaredFiles> declared_files(const CellConfig& config, const HostFacts& facts) {
  return Declared(facts).of(config);
}

}  // namespace cloister
