#include "framework/launch/open_descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

namespace cloister {
namespace {

constexpr const char* kDirectory = "/proc/self/fd";
constexpr int kLastStandardOne = 2;

// What was open when the program began, in memory that needs no constructor.
struct Noted {
  int number;
  dev_t device;
  ino_t inode;
  off_t offset;
};
constexpr int kMostNoted = 64;
Noted noted[kMostNoted];
int noted_count = 0;

void note(int number) {
  struct stat status;
  const int flags = ::fcntl(number, F_GETFD);
  // No execve(2) is survived by what closes at one: that is a shared library's, whose constructors
  // have run by now.
  if (number <= kLastStandardOne || flags < 0 || (flags & FD_CLOEXEC) != 0 ||
      noted_count == kMostNoted || ::fstat(number, &status) != 0)
    return;
  noted[noted_count++] = {number, status.st_dev, status.st_ino, ::lseek(number, 0, SEEK_CUR)};
}

// Before the program's own constructors, which are of a later priority. Some of those replace
// malloc, so there is none here.
[[gnu::constructor(101)]] void note_what_is_inherited() {
  const int directory = ::open(kDirectory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  alignas(dirent64) char entries[4096];
  for (ssize_t size = 0; (size = ::getdents64(directory, entries, sizeof entries)) > 0;) {
    for (ssize_t at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const dirent64*>(entries + at);
      at += entry->d_reclen;
      if (entry->d_name[0] != '.') note(::atoi(entry->d_name));
    }
  }
  ::close(directory);
}

// There was room for all that are inherited by an ordinary program. Of a further one it is known
// only whether it could have been.
void look_up(OpenDescriptor& open, const struct stat& status) {
  for (const Noted& each : noted) {
    if (each.number != open.number || each.device != status.st_dev || each.inode != status.st_ino)
      continue;
    open.inherited = true;
    open.offset_at_start = each.offset;
  }
  if (noted_count == kMostNoted && open.number > noted[kMostNoted - 1].number)
    open.inherited = open.inherited || !open.close_on_exec;
}

}  // namespace

std::vector<OpenDescriptor> list_descriptors() {
  std::vector<OpenDescriptor> all;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(kDirectory), ::closedir);
  if (directory == nullptr) return all;
  while (const dirent* entry = ::readdir(directory.get())) {
    OpenDescriptor open;
    open.number = entry->d_name[0] == '.' ? -1 : ::atoi(entry->d_name);
    if (open.number <= kLastStandardOne || open.number == ::dirfd(directory.get())) continue;
    struct stat status;
    if (::fstat(open.number, &status) != 0) continue;
    open.type = status.st_mode & S_IFMT;
    open.flags = ::fcntl(open.number, F_GETFL);
    open.close_on_exec = (::fcntl(open.number, F_GETFD) & FD_CLOEXEC) != 0;
    char link[PATH_MAX];
    const ssize_t length = ::readlinkat(::dirfd(directory.get()), entry->d_name, link, sizeof link);
    if (length > 0) open.link.assign(link, static_cast<std::size_t>(length));
    look_up(open, status);
    all.push_back(std::move(open));
  }
  std::ranges::sort(all, {}, &OpenDescriptor::number);
  return all;
}

}  // namespace cloister
