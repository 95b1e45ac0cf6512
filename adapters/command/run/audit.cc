#include "adapters/command/run/audit.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "adapters/command/report_json.h"
#include "framework/config/path_pattern.h"
#include "framework/facts/facts.h"
#include "framework/report/words.h"

namespace cloister::command {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTestsNamed = 3;
// So many files of one directory are its whole content, in a list for people.
constexpr std::size_t kManyFiles = 16;

constexpr std::string_view kNotSeen =
    "not seen: variables of the environment, what a program read before its tests began, and what\n"
    "  goes by no name, as through descriptors that were open\n";

bool is_directory(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}
// A link is there wherever it leads.
bool is_there(const std::string& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

// Those of the paths that are directories which `path` lies in.
std::vector<std::string> directories_around(const std::string& path,
                                            const std::set<std::string>& paths) {
  std::vector<std::string> around;
  for (fs::path at = fs::path(path).parent_path(); at != at.root_path(); at = at.parent_path()) {
    if (paths.contains(at)) around.push_back(at);
  }
  return around;
}

// False where there are too many.
bool insert_files_of(const std::string& directory, std::set<std::string>& paths) {
  constexpr std::size_t kMost = 256;
  std::set<std::string> files;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(directory, error)) {
    // A link to a directory would bring that whole.
    const bool is_leaf = !entry.is_directory(error) ||
                         (!entry.is_symlink(error) && fs::is_empty(entry.path(), error));
    if (is_leaf) files.insert(entry.path());
    if (files.size() > kMost) return false;
  }
  if (error) return false;
  paths.merge(files);
  return true;
}

// Of many files in one directory that directory alone, unless it has `others` in it.
std::set<std::string> gathered(const std::set<std::string>& paths,
                               const std::set<std::string>& others) {
  std::map<std::string, std::size_t> files;
  for (const std::string& path : paths) ++files[fs::path(path).parent_path()];
  std::set<std::string> kept;
  for (const std::string& path : paths) {
    const std::string parent = fs::path(path).parent_path();
    const bool is_shared = std::ranges::any_of(
        others, [&](const std::string& other) { return is_below(other, parent); });
    kept.insert(files[parent] >= kManyFiles && !is_shared ? parent : path);
  }
  return kept;
}

// A pattern of this name, as a TOML string. A list is separated by commas, and TOML is UTF-8: what
// a name has of others is for wildcards.
std::string quoted_pattern(const std::string& name) {
  std::string pattern;
  for (const char c : name) {
    if (has_wildcard({&c, 1})) {
      pattern += fmt::format("[{}]", c);
    } else {
      pattern += c == ',' ? '?' : c;
    }
  }
  constexpr std::string_view kReplacement = "\uFFFD";
  std::string text =
      nlohmann::json(pattern).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  for (std::size_t at = 0; (at = text.find(kReplacement, at)) != std::string::npos;)
    text.replace(at, kReplacement.size(), "*");
  return text;
}

std::string array_of(std::string_view key, const std::vector<std::string>& names) {
  std::string text = fmt::format("{} = [", key);
  for (const std::string& name : names) text += fmt::format("\n  {},", quoted_pattern(name));
  return text + (names.empty() ? "]\n" : "\n]\n");
}

}  // namespace

AuditBook::AuditBook(const std::vector<Selected>& tests, std::string directory)
    : tests_(tests), directory_(std::move(directory)) {}

void AuditBook::take(const Attempt& attempt) {
  const Audit& audit = attempt.cell.audit;
  if (!audit.is_on) return;
  std::error_code ignored;
  const std::string program = fs::weakly_canonical(tests_[attempt.test].binary->program, ignored);
  programs_.insert(program);
  for (const UsedPath& path : audit.paths) {
    if (path.path == program) continue;
    const std::pair<std::uint8_t, Users*> kinds[] = {{kRead | kListed, &read_},
                                                     {kExecuted, &executed_},
                                                     {kWritten, &written_},
                                                     {kRenamed, &renamed_},
                                                     {kIsDirectory, &removed_directories_},
                                                     {kLookedAt, &looked_at_}};
    for (const auto& [uses, users] : kinds) {
      if ((path.uses & uses) != 0) (*users)[path.path].insert(attempt.test);
    }
  }
  for (const std::string& address : audit.addresses) called_[address].insert(attempt.test);
  for (const std::string& address : audit.listened) listened_[address].insert(attempt.test);
  if (!audit.gap.empty()) gaps_[audit.gap].insert(attempt.test);
  if (audit.more_paths > 0) gaps_["more paths than are kept (4096)"].insert(attempt.test);
}

std::string AuditBook::names_of(const std::set<std::uint32_t>& tests) const {
  std::vector<std::string> names;
  for (const std::uint32_t test : tests) {
    if (names.size() == kTestsNamed) break;
    names.push_back(tests_[test].test->name);
  }
  const std::string more =
      tests.size() > names.size() ? fmt::format(" and {} more", tests.size() - names.size()) : "";
  return fmt::format("{}{}", fmt::join(names, ", "), more);
}

std::string AuditBook::section(std::string_view title, const Users& users) const {
  if (users.empty()) return "";
  std::string text = fmt::format("{}:\n", title);
  for (const auto& [what, tests] : users)
    text += fmt::format("  {}  ({})\n", printable(relative(what)), names_of(tests));
  return text;
}

std::string AuditBook::relative(const std::string& path) const {
  if (path == directory_) return ".";
  return is_below(path, directory_) && directory_ != "/" ? path.substr(directory_.size() + 1)
                                                         : path;
}

// Paths that two tests used, and one of them at least wrote to.
AuditBook::Users AuditBook::met() const {
  Users met;
  for (const auto& [path, writers] : written_) {
    std::set<std::uint32_t> all = writers;
    if (const auto readers = read_.find(path); readers != read_.end())
      all.insert(readers->second.begin(), readers->second.end());
    if (all.size() > 1) met.emplace(path, std::move(all));
  }
  return met;
}

std::string AuditBook::text() const {
  return section("inputs outside of the system's directories", read_) +
         section("programs executed", executed_) + section("addresses called", called_) +
         section("addresses listened on", listened_) + section("written", written_) +
         section("written by one test, and used by another: with files=host they would meet",
                 met()) +
         section("could not be seen", gaps_) + std::string(kNotSeen);
}

std::vector<std::string> AuditBook::outputs() const {
  std::set<std::string> paths;
  // What is given another name, too: an input, which is mounted, cannot be.
  for (const Users* users : {&written_, &renamed_}) {
    for (const auto& [path, tests] : *users) {
      if (!is_below_any(path, kSystemDirectories)) paths.insert(path);
    }
  }
  // A directory that also holds what is read, or the program, is no output.
  std::set<std::string> others = programs_;
  others.insert(directory_);
  for (const auto& [path, tests] : read_) others.insert(path);
  std::vector<std::string> names = outermost(gathered(paths, others));
  std::ranges::transform(names, names.begin(), [this](const auto& path) { return relative(path); });
  return names;
}

std::vector<std::string> AuditBook::inputs() const {
  std::set<std::string> paths;
  for (const Users* users : {&read_, &executed_}) {
    for (const auto& [path, tests] : *users) {
      if (!is_below_any(path, kSystemDirectories) && path != "/") paths.insert(path);
    }
  }
  // A directory that was only looked at is there with whatever is used in it.
  const auto has_more = [&](const std::string& directory) {
    const auto lies_in = [&](const auto& path) { return is_below(path, directory); };
    return lies_in(directory_) || std::ranges::any_of(paths, lies_in) ||
           std::ranges::any_of(programs_, lies_in) ||
           std::ranges::any_of(written_,
                               [&](const auto& written) { return lies_in(written.first); });
  };
  for (const auto& [path, tests] : looked_at_) {
    if (!is_below_any(path, kSystemDirectories) && !(is_directory(path) && has_more(path)))
      paths.insert(path);
  }
  // What is not there, and no output either, tests cannot be given.
  std::erase_if(paths, [this](const std::string& path) {
    return !is_there(path) && !written_.contains(path);
  });
  std::set<std::string> others = {directory_};
  for (const auto& [path, tests] : removed_directories_) others.insert(path);
  for (const auto& [path, tests] : renamed_) {
    if (removed_directories_.contains(path)) continue;
    for (const std::string& directory : directories_around(path, paths)) {
      if (!insert_files_of(directory, paths)) continue;
      paths.erase(directory);
      others.insert(directory);
    }
  }
  // A directory that a test removed was empty by then: what was in it has been named, and it is
  // there as an output.
  for (const auto& [path, tests] : removed_directories_) paths.erase(path);
  std::vector<std::string> names = outermost(gathered(paths, others));
  std::ranges::transform(names, names.begin(), [this](const auto& path) { return relative(path); });
  return names;
}

std::string AuditBook::toml() const {
  return "files = \"declared\"\n" + array_of("inputs", inputs()) + array_of("outputs", outputs());
}

std::string AuditBook::json(const std::vector<Attempt>& attempts) const {
  nlohmann::ordered_json tests = nlohmann::ordered_json::array();
  std::map<std::uint32_t, const Audit*> audits;  // in the order of the tests
  for (const Attempt& attempt : attempts) {
    if (attempt.cell.audit.is_on) audits.emplace(attempt.test, &attempt.cell.audit);
  }
  for (const auto& [test, audit] : audits) {
    nlohmann::ordered_json one = {{"binary", tests_[test].binary->program},
                                  {"name", tests_[test].test->name}};
    one.update(json_of(*audit));
    tests.push_back(std::move(one));
  }
  const nlohmann::ordered_json all = {
      {"directory", directory_}, {"inputs", inputs()}, {"outputs", outputs()}, {"tests", tests}};
  return all.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace cloister::command
