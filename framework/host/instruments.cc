// Where the instruments that a program can be built with leave their files.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <regex>
#include <string_view>

#include "framework/config/path_pattern.h"
#include "framework/host/file_views.h"
#include "framework/host/needed_paths.h"

namespace cloister {
namespace {

// Names of files: a path to which something may be added, or a pattern.
struct OutputFiles {
  std::string named_by;  // "LLVM_PROFILE_FILE"
  std::string path;
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// The value of an option as sanitizers read theirs: "a=1:b='x y',c=2".
std::string option_in(std::string_view options, std::string_view name) {
  constexpr std::string_view kBetween = " ,:\n\t\r";
  std::string value;
  while (!options.empty()) {
    const std::size_t begin = options.find_first_not_of(kBetween);
    if (begin == std::string_view::npos) break;
    options.remove_prefix(begin);
    const std::size_t equals = std::min(options.find('='), options.size());
    const std::string_view key = options.substr(0, equals);
    options.remove_prefix(std::min(equals + 1, options.size()));
    const bool quoted = options.starts_with('\'') || options.starts_with('"');
    const std::size_t from = quoted ? 1 : 0;
    const std::size_t end =
        std::min(quoted ? options.find(options.front(), 1) : options.find_first_of(kBetween),
                 options.size());
    if (key == name) value = options.substr(from, end - from);  // the last one counts
    options.remove_prefix(std::min(end + from, options.size()));
  }
  return value;
}

// %t is the directory of temporary files: clang.llvm.org/docs/SourceBasedCodeCoverage.html.
std::string llvm_profile() {
  std::string path = variable("LLVM_PROFILE_FILE");
  const std::size_t pattern = path.find("%t");
  if (pattern != std::string::npos) path.replace(pattern, 2, variable("TMPDIR") + "/");
  return path;
}

std::vector<OutputFiles> output_files() {
  std::vector<OutputFiles> files = {{"LLVM_PROFILE_FILE", llvm_profile()}};
  if (const std::string prefix = variable("GCOV_PREFIX"); !prefix.empty())
    files.push_back({"GCOV_PREFIX", prefix + "/"});
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view text(*each);
    const std::string_view name = text.substr(0, text.find('='));
    if (!name.ends_with("SAN_OPTIONS")) continue;
    const std::string_view options = text.substr(std::min(name.size() + 1, text.size()));
    files.push_back({fmt::format("log_path of {}", name), option_in(options, "log_path")});
    if (const std::string directory = option_in(options, "coverage_dir"); !directory.empty())
      files.push_back({fmt::format("coverage_dir of {}", name), directory + "/"});
  }
  std::erase_if(files, [](const OutputFiles& each) { return each.path.empty(); });
  return files;
}

// The last directory of the path that is the same for all files.
std::string directory_of(std::string_view path) {
  path = path.substr(0, path.find('%'));
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? "." : std::string(path.substr(0, slash + 1));
}

// Every test adds to the files, or makes one of its own: a directory for them is the host's, in
// views, too. What is added to by all has no name yet that could be shared.
void keep_shared(HostFacts& facts, const OutputFiles& files, const std::string& place) {
  const bool is_for_more = is_below(facts.working_directory, place);
  if (!is_for_more) return share_existing(facts.views, std::vector{place});
  const auto view = std::ranges::find_if(
      facts.views, [&](const FileView& each) { return is_below(place, each.directory); });
  if (view == facts.views.end() || !is_added_to(files.path)) return;
  const bool is_shared = std::ranges::any_of(
      view->shared, [&](const std::string& name) { return name.ends_with(".profraw"); });
  if (is_shared || !facts.has(Facility::kFileViews)) return;
  facts.losses.push_back(
      {Facility::kFileViews,
       fmt::format("{} names a file in '{}' that all tests add to", files.named_by, place),
       "name a directory of its own for it"});
}

}  // namespace

bool is_added_to(const std::string& profile) {
  static const std::regex kMerges("%[0-9]*m");
  return std::regex_search(profile, kMerges);
}

void need_instruments(HostFacts& facts, bool make) {
  for (const OutputFiles& files : output_files()) {
    const std::string place = way_of(directory_of(files.path)).back();
    for (const std::string_view covered : kCoveredDirectories) {
      if (place == covered && facts.has(Facility::kPrivateTmp)) {
        facts.losses.push_back(
            {Facility::kPrivateTmp,
             fmt::format("{} names files in '{}' itself, which would be gone with the cell",
                         files.named_by, covered),
             "name a directory below it for them"});
      }
      // The entry is enough: what lies below it is made where it is.
      if (make && place.starts_with(covered) && place.substr(covered.size(), 1) == "/")
        ::mkdir(place.substr(0, place.find('/', covered.size() + 1)).c_str(), 0755);
    }
    need(facts, place);
    keep_shared(facts, files, place);
  }
}

}  // namespace cloister
