#include "framework/builder/calls_inside.h"
#include "framework/builder/facilities_inside.h"
#include "framework/syscalls/path.h"

namespace cloister::inside {

bool set_hostname(std::string_view name, InsideReply& failure) {
  if (sys::sethostname(name.data(), name.size()) == 0) return true;
  return fail(failure, "set hostname '%s'", Path{name}.c_str());
}

}  // namespace cloister::inside
