#include "framework/host/needed_paths.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <ranges>
#include <unordered_map>

#include "framework/kernel/fd.h"

namespace cloister {
namespace {

constexpr int kMostLinks = 40;  // as path_resolution(7)

// Where links lead. Each is read once: all paths of an environment have the same first names.
class Links {
 public:
  const std::string& target(const std::string& link) {
    const auto [place, is_new] = known_.try_emplace(link);
    if (is_new) place->second = link_target(link);
    return place->second;
  }

 private:
  std::unordered_map<std::string, std::string> known_;
};

// The names of a path, the last one first, before those that are there already.
void push_names(std::vector<std::string>& names, std::string_view path) {
  const auto begin = static_cast<std::ptrdiff_t>(names.size());
  for (const auto name : path | std::views::split('/')) {
    std::string text(name.begin(), name.end());
    if (!text.empty() && text != ".") names.push_back(std::move(text));
  }
  std::reverse(names.begin() + begin, names.end());
}

// The entry of a directory that a cell covers through which `path` leads; empty where it is none.
std::string covered_entry(std::string_view path) {
  for (const std::string_view directory : kCoveredDirectories) {
    if (!path.starts_with(directory) || path.substr(directory.size(), 1) != "/") continue;
    return std::string(path.substr(0, path.find('/', directory.size() + 1)));
  }
  return "";
}

std::vector<std::string> way_through(std::string_view path, Links& links) {
  std::vector<std::string> way;
  std::vector<std::string> names;  // that are left to go, the next one last
  push_names(names, path);
  if (!path.starts_with('/')) push_names(names, links.target("/proc/self/cwd"));
  std::string at;  // "" is "/"
  for (int followed = 0; !names.empty();) {
    const std::string name = std::move(names.back());
    names.pop_back();
    if (name == "..") {
      at.resize(at.empty() ? 0 : at.rfind('/'));
      continue;
    }
    at += "/" + name;
    const std::string& target = links.target(at);
    if (target.empty() || ++followed > kMostLinks) continue;
    way.push_back(at);
    at.resize(target.starts_with('/') ? 0 : at.rfind('/'));
    push_names(names, target);
  }
  way.push_back(at.empty() ? "/" : at);
  return way;
}

void need_places(HostFacts& facts, std::vector<std::string> way) {
  for (std::string& place : way) {
    const std::string entry = covered_entry(place);
    struct stat status{};
    const bool is_new = std::ranges::find(facts.needed_paths, place) == facts.needed_paths.end();
    if (!entry.empty() && is_new && ::lstat(entry.c_str(), &status) == 0)
      facts.needed_paths.push_back(std::move(place));
  }
}

void need_through(HostFacts& facts, std::string_view path, Links& links) {
  need_places(facts, way_through(path, links));
}

void need_named_through(HostFacts& facts, std::string_view text, Links& links) {
  if (text.find('/') == std::string_view::npos) return;
  for (const std::string_view separators : {"", ":", ":,; \t\n='\""}) {
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t end = std::min(rest.find_first_of(separators), rest.size());
      if (rest.starts_with('/')) need_through(facts, rest.substr(0, end), links);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
}

}  // namespace

std::vector<std::string> way_of(std::string_view path) {
  Links links;
  return way_through(path, links);
}

void need(HostFacts& facts, std::string_view path) {
  Links links;
  need_through(facts, path, links);
}

void need_of_program(HostFacts& facts, std::string_view path) {
  std::vector<std::string> way = way_of(path);
  facts.program_files.insert(facts.program_files.end(), way.begin(), way.end());
  need_places(facts, std::move(way));
}

void need_named_in(HostFacts& facts, std::string_view text) {
  Links links;
  need_named_through(facts, text, links);
}

void need_environment(HostFacts& facts) {
  Links links;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const char* value = std::strchr(*variable, '=');
    if (value != nullptr) need_named_through(facts, value + 1, links);
  }
}

}  // namespace cloister
