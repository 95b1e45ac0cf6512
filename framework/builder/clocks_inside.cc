#include <sched.h>

#include "framework/builder/calls_inside.h"
#include "framework/builder/facilities_inside.h"

namespace cloister::inside {

// The offsets can be set until the namespace has its first member. init never becomes one: the
// guest joins it by /proc/PID/ns/time_for_children. time_namespaces(7).
bool set_clocks(ByteReader& fields, InsideReply& failure) {
  const auto monotonic = fields.number<std::int64_t>();
  const auto boottime = fields.number<std::int64_t>();
  if (sys::unshare(CLONE_NEWTIME) != 0) return fail(failure, "make a time namespace");
  char offsets[96];
  const int length = snprintf(offsets, sizeof offsets, "monotonic %lld 0\nboottime %lld 0\n",
                              static_cast<long long>(monotonic), static_cast<long long>(boottime));
  const int fd = sys::open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
  const bool written =
      fd >= 0 && sys::write(fd, offsets, static_cast<std::size_t>(length)) == length;
  if (!written)
    fail(failure, "set the clocks on by %lld s and %lld s", static_cast<long long>(monotonic),
         static_cast<long long>(boottime));
  if (fd >= 0) sys::close(fd);
  return written;
}

}  // namespace cloister::inside
