// Patterns of file names in the settings inputs, outputs and shared_files: glob(7), and "**" for
// any number of directories. A backslash is an ordinary character: "[*]" is a star.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <cloister/config.h>

namespace cloister {

// Whether `path` is `directory` or lies in it.
bool is_below(std::string_view path, std::string_view directory);
bool is_below_any(std::string_view path, const auto& directories) {
  return std::ranges::any_of(directories,
                             [&](const auto& directory) { return is_below(path, directory); });
}

// Those of the paths that lie in no other of them.
std::vector<std::string> outermost(const std::set<std::string>& paths);

// Whether the pattern matches `path`, or a directory that contains it. Both are absolute.
bool matches_path(std::string_view pattern, std::string_view path);

// Whether it matches something in the directory, or all of it.
bool leads_into(std::string_view pattern, std::string_view directory);

bool matches_any(const auto& patterns, std::string_view path) {
  return std::ranges::any_of(patterns,
                             [&](const auto& pattern) { return matches_path(pattern, path); });
}

// The directory before the first wildcard, or the whole name if there is none: "/a/b" of
// "/a/b/*.txt", of "/a/b/**" and of "/a/b".
std::string plain_part(std::string_view pattern);
bool has_wildcard(std::string_view text);

// Everything that exists and matches, in order. If a directory matches, just the directory. If the
// pattern has no wildcards, the name itself, if it exists.
std::vector<std::string> expand_path(const std::string& pattern);

// Without ".", ".." and a trailing "/". Works on the text only: no link is followed.
std::string normal_path(const std::string& path);

// Makes each relative path start at `directory`; removes "." and "..".
std::vector<std::string> absolute_paths(const std::vector<std::string>& paths,
                                        std::string_view directory);

// Makes relative patterns and directories of the settings start at `directory`.
void make_paths_absolute(CellConfig& config, std::string_view directory);

}  // namespace cloister
