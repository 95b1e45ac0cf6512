#include "framework/kernel/limits.h"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>

namespace cloister {

rlimit limit_of(int resource) {
  rlimit limit{};
  ::getrlimit(static_cast<__rlimit_resource>(resource), &limit);
  return limit;
}

bool raise_limit(int resource, rlim_t wanted) {
  const rlimit before = limit_of(resource);
  if (before.rlim_cur >= wanted) return true;
  // The hard limit, too, for who may: getrlimit(2), CAP_SYS_RESOURCE.
  const rlimit both{wanted, std::max(wanted, before.rlim_max)};
  if (::setrlimit(static_cast<__rlimit_resource>(resource), &both) == 0) return true;
  const rlimit soft{std::min(wanted, before.rlim_max), before.rlim_max};
  return ::setrlimit(static_cast<__rlimit_resource>(resource), &soft) == 0 &&
         soft.rlim_cur >= wanted;
}

RaisedLimit::~RaisedLimit() { ::setrlimit(static_cast<__rlimit_resource>(resource_), &before_); }

std::size_t open_descriptors() {
  if (DIR* all = ::opendir("/proc/self/fd")) {
    std::size_t count = 0;
    while (::readdir(all) != nullptr) ++count;
    ::closedir(all);
    constexpr std::size_t kOthers = 3;  // "." and "..", and the directory itself
    return count - std::min(count, kOthers);
  }
  // Not even this one may be had, or there is no /proc: then the table is small, or counted slowly.
  const auto end = static_cast<int>(std::min<rlim_t>(limit_of(RLIMIT_NOFILE).rlim_cur, 1 << 16));
  std::size_t count = 0;
  for (int fd = 0; fd < end; ++fd) count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return count;
}

}  // namespace cloister
