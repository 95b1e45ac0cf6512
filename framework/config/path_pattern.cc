#include "framework/config/path_pattern.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace cloister {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAnyDirectories = "**";

std::string_view first_name(std::string_view& path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view name = path.substr(0, end);
  path.remove_prefix(end);
  return name;
}

void expand_in(const std::string& pattern, const fs::path& directory,
               std::vector<std::string>& found) {
  std::error_code ignored;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(directory, fs::directory_options::skip_permission_denied, ignored)) {
    const std::string& path = entry.path().native();
    if (matches_path(pattern, path)) {
      found.push_back(path);
    } else if (entry.is_directory(ignored) && !entry.is_symlink(ignored) &&
               leads_into(pattern, path)) {
      expand_in(pattern, entry.path(), found);
    }
  }
}

}  // namespace

bool is_below(std::string_view path, std::string_view directory) {
  return path.starts_with(directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/' || directory == "/");
}

std::vector<std::string> outermost(const std::set<std::string>& paths) {
  std::vector<std::string> kept;
  for (const std::string& path : paths) {
    if (!is_below_any(path, kept)) kept.push_back(path);
  }
  return kept;
}

bool leads_into(std::string_view pattern, std::string_view directory) {
  while (true) {
    const std::string_view name = first_name(directory);
    const std::string_view wanted = first_name(pattern);
    if (name.empty() || wanted.empty() || wanted == kAnyDirectories) return true;
    if (::fnmatch(std::string(wanted).c_str(), std::string(name).c_str(), FNM_NOESCAPE) != 0)
      return false;
  }
}

bool has_wildcard(std::string_view text) {
  return text.find_first_of("*?[") != std::string_view::npos;
}

bool matches_path(std::string_view pattern, std::string_view path) {
  // What follows the last "**", and what of the path that has not passed yet.
  std::string_view after_any;
  std::string_view not_passed;
  bool has_any = false;
  while (true) {
    std::string_view rest = pattern;
    std::string_view further = path;
    const std::string_view wanted = first_name(rest);
    if (wanted.empty()) return true;  // the path is it, or lies below it
    if (wanted == kAnyDirectories) {  // none, to begin with: "x/**" is x, too
      has_any = true;
      pattern = after_any = rest;
      not_passed = path;
      continue;
    }
    const std::string_view name = first_name(further);
    if (!name.empty() && ::fnmatch(std::string(wanted).c_str(), std::string(name).c_str(),
                                   FNM_PERIOD | FNM_NOESCAPE) == 0) {
      pattern = rest;
      path = further;
      continue;
    }
    if (!has_any || first_name(not_passed).empty()) return false;
    pattern = after_any;
    path = not_passed;
  }
}

std::string plain_part(std::string_view pattern) {
  std::string part;
  while (true) {
    const std::string_view name = first_name(pattern);
    if (name.empty() || has_wildcard(name)) return part.empty() ? "/" : part;
    part += '/';
    part += name;
  }
}

std::vector<std::string> expand_path(const std::string& pattern) {
  const std::string base = plain_part(pattern);
  if (::faccessat(AT_FDCWD, base.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) != 0) return {};
  if (matches_path(pattern, base)) return {base};
  std::vector<std::string> found;
  expand_in(pattern, base, found);
  std::ranges::sort(found);
  return found;
}

std::string normal_path(const std::string& path) {
  std::string normal = fs::path(path).lexically_normal().string();
  while (normal.size() > 1 && normal.ends_with('/')) normal.pop_back();
  return normal;
}

std::vector<std::string> absolute_paths(const std::vector<std::string>& paths,
                                        std::string_view directory) {
  std::vector<std::string> absolute;
  absolute.reserve(paths.size());
  for (const std::string& path : paths)
    absolute.push_back(normal_path((fs::path(directory) / path).string()));
  return absolute;
}

void make_paths_absolute(CellConfig& config, std::string_view directory) {
  for (auto* paths : {&config.shared_files, &config.inputs, &config.outputs}) {
    if (*paths) *paths = absolute_paths(**paths, directory);
  }
  for (auto* path : {&config.keep_failed, &config.files_store}) {
    if (*path && !(*path)->empty()) *path = absolute_paths({**path}, directory).front();
  }
}

}  // namespace cloister
