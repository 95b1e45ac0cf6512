// Closes inherited descriptors with close_range(2) (Linux 5.9) or, if a filter refuses it, one by
// one.
#pragma once

#include <limits.h>
#include <sys/resource.h>

#include "framework/syscalls/system_call.h"

namespace cloister {

inline void close_between(unsigned first, unsigned last) {
  if (first > last || system_call(SYS_close_range, first, last, 0) == 0) return;
  rlimit limit{};
  system_call(SYS_prlimit64, 0, RLIMIT_NOFILE, nullptr, &limit);
  const unsigned end =
      limit.rlim_cur < (1U << 20) ? static_cast<unsigned>(limit.rlim_cur) : 1U << 20;
  for (unsigned fd = first; fd <= last && fd < end; ++fd) system_call(SYS_close, fd);
}

}  // namespace cloister
