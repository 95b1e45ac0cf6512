// Patterns of file names, as the settings inputs, outputs and shared_files have them: glob(7), and
// "**" for any number of directories. A backslash stands for itself: "[*]" is a star.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cloister {

// Whether `path` is `directory` or lies in it.
bool is_below(std::string_view path, std::string_view directory);
bool is_below_any(std::string_view path, const auto& directories) {
  return std::ranges::any_of(directories,
                             [&](const auto& directory) { return is_below(path, directory); });
}

// Of paths those that lie in no other of them.
std::vector<std::string> outermost(const std::set<std::string>& paths);

// Whether `path`, or a directory that it lies in, is what the pattern stands for. Both absolute.
bool matches_path(std::string_view pattern, std::string_view path);

// Whether it stands for something in the directory, or for all of it.
bool leads_into(std::string_view pattern, std::string_view directory);

bool matches_any(const auto& patterns, std::string_view path) {
  return std::ranges::any_of(patterns,
                             [&](const auto& pattern) { return matches_path(pattern, path); });
}

// The directory down to which the pattern has no wildcard, and the name behind it where that has
// none either: "/a/b" of "/a/b/*.txt", of "/a/b/**" and of "/a/b".
std::string plain_part(std::string_view pattern);
bool has_wildcard(std::string_view text);

// What there is of it, in order: where a directory matches, itself alone. Of a name without
// wildcards the name, if it is there.
std::vector<std::string> expand_path(const std::string& pattern);

// Without ".", ".." and a "/" at its end, by the letter: no link is followed.
std::string normal_path(const std::string& path);

// Each from `directory` on, if it is relative; without "." and "..".
std::vector<std::string> absolute_paths(const std::vector<std::string>& paths,
                                        std::string_view directory);

}  // namespace cloister
