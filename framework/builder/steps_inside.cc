#include "framework/builder/doing.h"
#include "framework/builder/facilities_inside.h"

namespace cloister {
namespace {

bool perform_step(StepCode code, ByteReader& fields, InsideReply& failure) {
  switch (code) {
    case StepCode::kMakeMountsPrivate:
      return make_mounts_private(failure);
    case StepCode::kMountProc:
      return mount_proc(failure);
    case StepCode::kMountTmpfs:
      return mount_tmpfs(fields, failure);
    case StepCode::kMakeReadOnly:
      return make_read_only(fields.text(), failure);
    case StepCode::kSetHostname:
      return set_hostname(fields.text(), failure);
    case StepCode::kBringUpLoopback:
      return bring_up_loopback(failure);
    case StepCode::kOpenLowPorts:
      return open_low_ports(failure);
  }
  errno = EINVAL;
  return fail(failure, "perform set-up step %d", static_cast<int>(code));
}

}  // namespace

bool perform_steps(ByteReader& steps, InsideReply& failure) {
  const std::uint32_t count = steps.count();
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!perform_step(steps.number<StepCode>(), steps, failure)) return false;
  }
  if (steps.ok() && steps.at_end()) return true;
  errno = EBADMSG;
  return fail(failure, "read the plan of the cell");
}

}  // namespace cloister
