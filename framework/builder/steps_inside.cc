#include "framework/builder/calls_inside.h"
#include "framework/builder/facilities_inside.h"
#include "framework/builder/loopback.h"

namespace cloister::inside {
namespace {

bool perform_step(StepCode code, ByteReader& fields, InsideReply& failure) {
  switch (code) {
    case StepCode::kSetPropagation:
      return set_propagation(fields.number<Propagation>(), failure);
    case StepCode::kMountProc:
      return mount_proc(fields.text(), failure);
    case StepCode::kMountTmpfs:
      return mount_tmpfs(fields, failure);
    case StepCode::kMakeReadOnly:
      return make_read_only(fields, failure);
    case StepCode::kSetHostname:
      return set_hostname(fields.text(), failure);
    case StepCode::kBringUpLoopback:
      return bring_up_loopback(failure);
    case StepCode::kOpenLowPorts:
      open_low_ports();
      return true;
    case StepCode::kStartRoot:
      return start_root(fields.text(), failure);
    case StepCode::kBindMount:
      return bind_mount(fields, failure);
    case StepCode::kEnterRoot:
      return enter_root(failure);
    case StepCode::kSetClocks:
      return set_clocks(fields, failure);
    case StepCode::kNameInHosts:
      return name_in_hosts(fields, failure);
    case StepCode::kMountViews:
      return mount_views(fields, failure);
    case StepCode::kBindReadOnly:
      return bind_read_only(fields.text(), failure);
    case StepCode::kMakeDirectory:
      return make_directory(fields.text(), failure);
    case StepCode::kMakeLink: {
      const std::string_view source = fields.text();
      return make_link(source, fields.text(), failure);
    }
  }
  errno = EINVAL;
  return fail(failure, "perform set-up step %d", static_cast<int>(code));
}

Cost cost_of(StepCode code) {
  switch (code) {
    case StepCode::kSetPropagation:
      return Cost::kSetPropagation;
    case StepCode::kMountProc:
      return Cost::kMountProc;
    case StepCode::kMountTmpfs:
      return Cost::kMountTmpfs;
    case StepCode::kMakeReadOnly:
      return Cost::kMakeReadOnly;
    case StepCode::kSetHostname:
      return Cost::kSetHostname;
    case StepCode::kBringUpLoopback:
      return Cost::kBringUpLoopback;
    case StepCode::kOpenLowPorts:
    case StepCode::kStartRoot:
    case StepCode::kBindMount:
    case StepCode::kEnterRoot:
    case StepCode::kSetClocks:
    case StepCode::kNameInHosts:
    case StepCode::kMountViews:
    case StepCode::kBindReadOnly:
    case StepCode::kMakeDirectory:
    case StepCode::kMakeLink:
      break;
  }
  return Cost::kOtherSteps;
}

}  // namespace

bool perform_steps(ByteReader& steps, InsideReply& failure) {
  const std::uint32_t count = steps.count();
  Stopwatch watch;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto code = steps.number<StepCode>();
    if (!perform_step(code, steps, failure)) return false;
    watch.lap(failure.costs, cost_of(code));
  }
  if (steps.ok() && steps.at_end()) return true;
  errno = EBADMSG;
  return fail(failure, "read the plan of the cell");
}

}  // namespace cloister::inside
