#include "framework/files/put_in_place.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

#include "framework/config/path_pattern.h"
#include "framework/files/file_store.h"
#include "framework/files/new_entry.h"
#include "framework/files/upper_entry.h"
#include "framework/kernel/error.h"

namespace cloister {
namespace {

constexpr std::size_t kNamed = 64;  // changes of a test that are listed by name
constexpr std::size_t kMostUndeclared = 8;

bool is_after(const timespec& a, const timespec& b) {
  return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

class Changes {
 public:
  Changes(const Taking& how, const Writer& writer, FileLedger& ledger,
          std::vector<FileConflict>& conflicts)
      : keep_(how.keep),
        may_move_(how.may_move),
        outputs_(how.outputs),
        since_(how.since),
        writer_(writer),
        ledger_(ledger),
        conflicts_(conflicts) {}

  ChangedFiles take() { return std::move(found_); }

  // That this could not be put in place, by errno.
  void fail(const std::string& path) {
    const std::string why = errno_text(errno);
    if (found_.failure.empty()) found_.failure = fmt::format("'{}': {}", path, why);
  }

  // `shown` is what the guest has seen instead of the host's `directory`, if it has.
  void take_view(int upper, int host, Fd shown, const std::string& directory) {
    shown_ = std::move(shown);
    directory_ = directory;
    take_directory(upper, host, directory);
  }

 private:
  // `host` is -1 where there is no such directory on the host (yet).
  void take_directory(int upper, int host, const std::string& path) {
    for (const std::string& name : names_in(upper))
      take_entry({upper, name.c_str()}, {host, name.c_str()}, fmt::format("{}/{}", path, name));
  }

  void take_entry(Entry upper, Entry host, const std::string& path) {
    struct stat now{};
    struct stat old{};
    if (std::string_view(upper.name).starts_with(kReportPrefix) ||
        ::fstatat(upper.directory, upper.name, &now, AT_SYMLINK_NOFOLLOW) != 0)
      return;
    if (!S_ISDIR(now.st_mode) && since_ && !is_after(now.st_ctim, *since_)) return;
    if (!is_output(path)) return take_around_outputs(upper, now, host, path);
    const bool was_there =
        host.directory >= 0 && ::fstatat(host.directory, host.name, &old, AT_SYMLINK_NOFOLLOW) == 0;
    if (is_whiteout(now)) {
      if (was_there) remove(host, path);
    } else if (S_ISDIR(now.st_mode)) {
      take_subdirectory(upper, now, host, was_there ? &old : nullptr, path);
    } else {
      take_file(upper, now, host, was_there ? &old : nullptr, path);
    }
  }

  bool is_output(const std::string& path) const {
    return outputs_.empty() || matches_any(outputs_, path);
  }
  // Whether the test has written one in the directory.
  bool has_output(int upper, const std::string& path) {
    for (const std::string& name : names_in(upper)) {
      const std::string whole = fmt::format("{}/{}", path, name);
      if (is_output(whole)) return true;
      const Fd directory = open_directory({upper, name.c_str()});
      if (directory.open() && has_output(directory.get(), whole)) return true;
    }
    return false;
  }
  // It may hold outputs; what it is itself is nobody's business.
  void take_around_outputs(Entry upper, const struct stat& now, Entry host,
                           const std::string& path) {
    if (!S_ISDIR(now.st_mode)) {
      if (found_.undeclared.size() < kMostUndeclared) found_.undeclared.push_back(path);
      return;
    }
    const Fd from = open_directory(upper);
    Fd to = open_directory(host);
    if (!from.open()) return;
    if (!has_output(from.get(), path)) return take_directory(from.get(), -1, path);
    if (!to.open() && keep_) {
      std::ignore = ::mkdirat(host.directory, host.name, now.st_mode & 07777);
      to = open_directory(host);
      if (!to.open()) return fail(path);
    }
    take_directory(from.get(), to.get(), path);
  }

  void take_subdirectory(Entry upper, const struct stat& now, Entry host, const struct stat* old,
                         const std::string& path) {
    const Fd from = open_directory(upper);
    if (!from.open()) return fail(path);
    const bool was_directory = old != nullptr && S_ISDIR(old->st_mode);
    bool is_new_status = !was_directory || !is_same_status(now, *old);
    if (!was_directory) {
      if (old != nullptr) remove(host, path);
      count(FileChange::kCreated, path, 0);  // two tests may make the same one
      if (keep_ && ::mkdirat(host.directory, host.name, 0700) != 0 && errno != EEXIST)
        return fail(path);
    } else if (is_new_status) {
      is_new_status = note(FileChange::kChanged, path, 0);
    }
    const Fd to = keep_ || was_directory ? open_directory(host) : Fd();
    if (keep_ && !to.open()) return fail(path);
    const bool is_new_attributes =
        to.open() && attributes_of(from.get()) != attributes_of(to.get());
    if (was_directory && !is_new_status && is_new_attributes)
      is_new_status = note(FileChange::kChanged, path, 0);
    if (was_directory && is_opaque(from)) remove_unseen(from.get(), to.get(), path);
    take_directory(from.get(), to.get(), path);
    if (!keep_ || !is_new_status) return;
    if (is_new_attributes) take_over_attributes(to.get(), from.get());
    take_over_status(to.get(), now);
    const timespec times[2] = {now.st_atim, now.st_mtim};
    if (!was_directory) ::futimens(to.get(), times);
  }

  // What the host has in the directory, and the test, which made it, has not. Where another made it
  // meanwhile, too, what that one put there is no matter of this test's.
  void remove_unseen(int upper, int host, const std::string& path) {
    for (const std::string& name : names_in(host)) {
      struct stat status{};
      const std::string whole = fmt::format("{}/{}", path, name);
      if (::fstatat(upper, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 && was_shown(whole) &&
          !ledger_.changed_since(whole, writer_))
        remove({host, name.c_str()}, whole);
    }
  }

  void take_file(Entry upper, const struct stat& now, Entry host, const struct stat* old,
                 const std::string& path) {
    if (old != nullptr && is_same_file(upper, now, host, *old)) {
      if (is_same_status(now, *old) || !note(FileChange::kChanged, path, 0) || !keep_) return;
      const Fd file(::openat(host.directory, host.name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
      const std::string link = fmt::format("/proc/self/fd/{}", file.get());
      if (now.st_uid != old->st_uid || now.st_gid != old->st_gid)
        std::ignore = ::chown(link.c_str(), now.st_uid, now.st_gid);
      if (::chmod(link.c_str(), now.st_mode & 07777) != 0) fail(path);
      return;
    }
    // Of a link and of a node nothing but itself can differ.
    if (old != nullptr && !S_ISREG(now.st_mode) && is_same_status(now, *old) &&
        is_same_time(now.st_mtim, old->st_mtim))
      return;
    const auto size = S_ISREG(now.st_mode) ? static_cast<std::uint64_t>(now.st_size) : 0;
    const auto change = old == nullptr ? FileChange::kCreated : FileChange::kChanged;
    if (!note(change, path, size) || !keep_) return;
    if (old != nullptr && S_ISDIR(old->st_mode)) remove(host, path);
    if (old == nullptr || outputs_.empty()) {
      if (!put(upper, now, host, may_move_)) fail(path);
      return;
    }
    if (!may_replace(now, host, *old, path)) return fail(path);
    // A file that the test has made anew was there: it stays whose it is.
    struct stat status = now;
    const bool is_taken_over = !was_shown(path) && S_ISREG(now.st_mode) && S_ISREG(old->st_mode);
    if (is_taken_over) {
      status.st_mode = old->st_mode;
      status.st_uid = old->st_uid;
      status.st_gid = old->st_gid;
    }
    if (!put(upper, status, host, may_move_ && !is_taken_over)) fail(path);
  }
  // An output is a new file to the test, whatever there is: what it could not have written to
  // stays, and so does what is no file.
  bool may_replace(const struct stat& now, Entry host, const struct stat& old,
                   const std::string& path) const {
    // It has seen a link that is named, and means to replace it.
    const bool is_named = std::ranges::find(outputs_, path) != outputs_.end();
    if (S_ISLNK(old.st_mode)) {
      errno = ELOOP;
      return is_named || !S_ISREG(now.st_mode);
    }
    if (S_ISREG(old.st_mode)) {
      // This process may have capabilities over its own files, which the test has not.
      errno = EACCES;
      const bool is_locked =
          old.st_uid == ::geteuid() && ::geteuid() != 0 && (old.st_mode & S_IWUSR) == 0;
      return !is_locked && ::faccessat(host.directory, host.name, W_OK, AT_EACCESS) == 0;
    }
    const bool may = S_ISDIR(old.st_mode) || was_shown(path);
    errno = EEXIST;
    return may;
  }

  bool put(Entry upper, const struct stat& now, Entry host, bool may_move) {
    if (S_ISLNK(now.st_mode)) return copy_link(upper, now, host);
    if (!S_ISREG(now.st_mode)) return make_node(now, host);
    if (now.st_nlink > 1) {
      const auto known = links_.find({now.st_dev, now.st_ino});
      if (known != links_.end()) {
        const auto& [directory, name] = known->second;
        if (link_entry({directory.get(), name.c_str()}, host)) return true;
      }
    }
    if (may_move && now.st_nlink == 1 && move_file(upper, host)) return true;
    if (!copy_file(upper, now, host)) return false;
    if (now.st_nlink > 1) {
      links_.try_emplace({now.st_dev, now.st_ino}, Fd(::fcntl(host.directory, F_DUPFD_CLOEXEC, 0)),
                         host.name);
    }
    return true;
  }

  void count(FileChange change, const std::string& path, std::uint64_t size) {
    std::uint64_t& count = change == FileChange::kCreated   ? found_.created
                           : change == FileChange::kChanged ? found_.changed
                                                            : found_.deleted;
    ++count;
    found_.written.count += size;
    if (found_.named.size() < kNamed) found_.named.push_back({change, path, {size}});
  }

  bool is_mine(const std::string& path) {
    return !keep_ || ledger_.claim(path, writer_, conflicts_);
  }

  // Whether the change is this test's to make.
  bool note(FileChange change, const std::string& path, std::uint64_t size) {
    count(change, path, size);
    return is_mine(path);
  }

  // With all that is in it, but for what is another test's by now.
  void remove(Entry host, const std::string& path) {
    count(FileChange::kDeleted, path, 0);
    if (keep_ && !remove_tree(host, path)) fail(path);
  }
  bool remove_tree(Entry host, const std::string& path) {
    if (!was_shown(path)) return true;
    const Fd directory = open_directory(host);
    if (!directory.open()) return is_of_others(host, path) || !is_mine(path) || remove_entry(host);
    for (const std::string& name : names_in(directory.get())) {
      if (!remove_tree({directory.get(), name.c_str()}, fmt::format("{}/{}", path, name)))
        return false;
    }
    return remove_directory(host);
  }

  // Whether somebody who is no test of this run has made or changed it since the test began.
  bool is_of_others(Entry host, const std::string& path) const {
    struct stat status{};
    if (::fstatat(host.directory, host.name, &status, AT_SYMLINK_NOFOLLOW) != 0) return false;
    const auto changed = std::chrono::seconds(status.st_ctim.tv_sec) +
                         std::chrono::nanoseconds(status.st_ctim.tv_nsec);
    const auto since = std::chrono::system_clock::now().time_since_epoch() -
                       (std::chrono::steady_clock::now() - writer_.started);
    return changed > since && !ledger_.changed_since(path, writer_);
  }

  // Nobody removes what he has not seen.
  bool was_shown(const std::string& path) const {
    struct stat status{};
    return !shown_.open() || ::fstatat(shown_.get(), path.c_str() + directory_.size() + 1, &status,
                                       AT_SYMLINK_NOFOLLOW) == 0;
  }

  bool keep_;
  bool may_move_;
  std::span<const std::string> outputs_;
  std::optional<timespec> since_;
  const Writer& writer_;
  FileLedger& ledger_;
  std::vector<FileConflict>& conflicts_;
  ChangedFiles found_;
  Fd shown_;
  std::string directory_;
  // The first name of a file that has several, in its directory.
  std::map<std::pair<dev_t, ino_t>, std::pair<Fd, std::string>> links_;
};

}  // namespace

std::string upper_name(std::size_t view) { return fmt::format("{}", view); }
std::string lower_name(std::size_t view) { return fmt::format("{}.lower", view); }

bool has_written(const Fd& views, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = upper_name(i);
    const Fd upper = open_directory({views.get(), name.c_str()});
    if (upper.open() && !names_in(upper.get()).empty()) return true;
  }
  return false;
}

ChangedFiles take_changes(const Fd& views, const Taking& how, const Writer& writer,
                          FileLedger& ledger, std::vector<FileConflict>& conflicts) {
  const mode_t mask = ::umask(0);
  Changes changes(how, writer, ledger, conflicts);
  for (std::size_t i = 0; i < how.directories.size(); ++i) {
    const std::string name = upper_name(i);
    const Fd upper = open_directory({views.get(), name.c_str()});
    if (!upper.open()) continue;  // it was left out
    const Fd host(::open(how.directories[i].c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (how.keep && !host.open()) {
      if (const int error = errno; !names_in(upper.get()).empty()) {
        errno = error;
        changes.fail(how.directories[i]);
      }
      continue;
    }
    const std::string lower = lower_name(i);
    changes.take_view(upper.get(), host.get(), open_directory({views.get(), lower.c_str()}),
                      how.directories[i]);
  }
  ::umask(mask);
  return changes.take();
}

Result<void> save_changes(const Fd& views, const Taking& how, const std::string& where) {
  if (auto ready = make_place_of_saved(where, has_written(views, how.directories.size())); !ready)
    return ready;
  // As if the host had nothing at all: each file is new, and what was deleted was never there.
  FileLedger ledger;
  std::vector<FileConflict> conflicts;
  for (std::size_t i = 0; i < how.directories.size(); ++i) {
    const std::string name = upper_name(i);
    const Fd upper = open_directory({views.get(), name.c_str()});
    if (!upper.open() || names_in(upper.get()).empty()) continue;
    const std::string place = where + how.directories[i];
    std::error_code error;
    std::filesystem::create_directories(place, error);
    const Fd to(::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!to.open()) return failed(fmt::format("save what a failed test wrote in '{}'", place));
    Changes changes({.keep = true}, {}, ledger, conflicts);
    changes.take_view(upper.get(), to.get(), Fd(), place);
    const ChangedFiles saved = changes.take();
    if (!saved.failure.empty())
      return std::unexpected(Error{"save what a failed test wrote: " + saved.failure, 0, ""});
  }
  return {};
}

}  // namespace cloister
