#include "framework/host/plan_here.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "framework/config/path_pattern.h"
#include "framework/config/settings.h"
#include "framework/files/file_store.h"
#include "framework/host/declared_files.h"
#include "framework/host/file_views.h"
#include "framework/host/needed_paths.h"

namespace cloister {
namespace {

Result<void> look_at_demand(const CellRequest& asked, const HostFacts& facts,
                            std::string_view demanded_by) {
  const auto lost = std::ranges::find_if(
      facts.losses, [](const Loss& loss) { return is_default(loss.facility); });
  if (demanded_by.empty() || lost == facts.losses.end()) return {};
  return std::unexpected(Error{fmt::format("give this {} the {} that {} demands: {}", asked.role,
                                           facility_name(lost->facility), demanded_by, lost->why),
                               0, lost->cure});
}

// A whole directory that cells cover cannot stay, and what is not there was meant otherwise.
Result<void> look_at(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0)
    return failed(fmt::format("keep '{}' visible (keep_paths)", path), "make it before the run");
  const std::string place = way_of(path).back();
  if (std::ranges::find(kCoveredDirectories, place) == std::end(kCoveredDirectories)) return {};
  return std::unexpected(
      Error{fmt::format("keep '{}' visible (keep_paths): it is what a private one covers", path), 0,
            "name what lies below it, or set private_tmp to 0"});
}

// What the patterns stand for now.
Result<std::vector<std::string>> shared_paths(const std::vector<std::string>& patterns) {
  std::vector<std::string> paths;
  for (const std::string& pattern : patterns) {
    const std::vector<std::string> found = expand_path(pattern);
    if (found.empty()) {
      return std::unexpected(
          Error{fmt::format("share '{}' (shared_files): there is no such file", pattern), 0,
                "make it before the run"});
    }
    paths.insert(paths.end(), found.begin(), found.end());
  }
  return paths;
}

// Who shares all that there are views of means another setting.
Result<void> look_at_shared(const std::string& path, const std::vector<FileView>& views) {
  const std::string place = way_of(path).back();
  const auto view = std::ranges::find_if(
      views, [&](const FileView& each) { return is_below(each.directory, place); });
  if (view == views.end()) return {};
  return std::unexpected(Error{
      fmt::format("share '{}' (shared_files): '{}', of which there is a view, lies in it", path,
                  view->directory),
      0, "name files in that, set files to host, or name in files_in what is to have a view"});
}

// What of the host's files its views are of.
Result<void> look_at_files(CellRequest& asked, const HostFacts& facts) {
  CellConfig& config = asked.config;
  make_paths_absolute(config, facts.working_directory);
  const Files files = config.files.value_or(Files::kKeep);
  if (files == Files::kDeclared) {
    auto declared = declared_files(config, facts);
    if (!declared) return std::unexpected(declared.error());
    asked.declared = std::move(*declared);
  }
  if (files == Files::kHost || files == Files::kDeclared) return {};
  if (!config.files_in && !config.shared_files) return {};
  std::vector<FileView> views = facts.views;
  if (config.files_in) {
    auto named = file_views_of(*config.files_in);
    if (!named) return std::unexpected(named.error());
    views = std::move(*named);
  }
  if (config.shared_files) {
    const auto paths = shared_paths(*config.shared_files);
    if (!paths) return std::unexpected(paths.error());
    for (const std::string& path : *paths) {
      if (auto apart = look_at_shared(path, views); !apart) return std::unexpected(apart.error());
    }
    share_existing(views, *paths);
  }
  asked.views = std::move(views);
  return {};
}

// Overlayfs refuses what lies in the directory that it is for.
Result<void> look_at_store(CellRequest& asked, const HostFacts& facts) {
  const CellConfig& config = asked.config;
  if (config.files_store.value_or("").empty()) return {};
  const std::string place = way_of(*config.files_store).back();
  std::vector<FileView> views =
      asked.declared ? asked.declared->writable : asked.views.value_or(facts.views);
  for (const FileView& view : views) {
    if (!is_below(place, view.directory)) continue;
    return std::unexpected(
        Error{fmt::format("keep what this {} writes in '{}' (files_store): it lies in '{}', of "
                          "which it has a view",
                          asked.role, *config.files_store, view.directory),
              0, "name a directory outside of the project, home and what files_in names"});
  }
  auto prefix = file_store(place);
  if (!prefix) return std::unexpected(prefix.error());
  asked.file_store = std::move(*prefix);
  return {};
}

}  // namespace

Result<CellPlan> plan_here(CellRequest asked, const HostFacts& facts,
                           std::string_view demanded_by) {
  if (auto given = look_at_demand(asked, facts, demanded_by); !given)
    return std::unexpected(given.error());
  if (asked.config.keep_paths) {
    std::vector<std::string> ways;
    for (const std::string& path : *asked.config.keep_paths) {
      if (auto good = look_at(path); !good) return std::unexpected(good.error());
      for (std::string& place : way_of(path)) ways.push_back(std::move(place));
    }
    asked.config.keep_paths = std::move(ways);
  }
  if (auto found = look_at_files(asked, facts); !found) return std::unexpected(found.error());
  if (auto found = look_at_store(asked, facts); !found) return std::unexpected(found.error());
  return make_plan(asked, facts);
}

}  // namespace cloister
