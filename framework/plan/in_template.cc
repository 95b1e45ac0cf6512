// The plan of a cell within that of a template, whose fork its guest is: docs/decisions/0108.
#include <sched.h>

#include <algorithm>

#include "framework/plan/plan.h"

namespace cloister {
namespace {

constexpr const char* kOtherScope = "use scope=suite, or leave that setting out";

std::unexpected<Error> cannot(const char* what) {
  return std::unexpected(Error{
      std::string("fork this test from the template of its suite with ") + what, 0, kOtherScope});
}

// What belongs to namespaces that are the template's.
bool is_of_shared(const SetupStep& step) {
  return std::holds_alternative<SetHostname>(step) ||
         std::holds_alternative<BringUpLoopback>(step) ||
         std::holds_alternative<OpenLowPorts>(step);
}

// What a template's cell has made already is there, in the copy of its mounts.
bool is_made_already(const SetupStep& step) {
  return std::holds_alternative<MakeReadOnly>(step) || std::holds_alternative<BindReadOnly>(step) ||
         std::holds_alternative<NameInHosts>(step);
}

// "." shows all of what is covered at a place of its own, where the template's cell shows it.
void copy_covered(MountTmpfs& tmpfs) {
  tmpfs.copies = true;
  std::ranges::replace(tmpfs.keep, std::string("."), std::string(kCoveredItself));
}

}  // namespace

Result<void> check_template(const CellPlan& plan) {
  constexpr std::uint64_t kNeeded = CLONE_NEWPID | CLONE_NEWNS;
  if ((plan.inside.namespaces & kNeeded) != kNeeded)
    return cannot("no pid or mount namespace of its own");
  if (plan.watch.audit.seen != AuditDepth::kNothing) return cannot("an audit of its own");
  if (plan.inside.lent_network != LentNetwork::kNone) return cannot("reuse_network");
  if (!plan.guest.keep_fds.empty()) return cannot("keep_fds");
  const auto enters_root = [](const SetupStep& step) {
    return std::holds_alternative<EnterRoot>(step);
  };
  if (std::ranges::any_of(plan.inside.steps, enters_root)) return cannot("files=declared");
  return {};
}

Result<CellPlan> plan_in_template(const CellPlan& of_template, TemplateKind kind) {
  if (auto good = check_template(of_template); !good) return std::unexpected(good.error());
  CellPlan plan = of_template;
  // The user namespace is the template's. A cgroup namespace cannot be made where the template's
  // cell forbids it to its guests: plan/cgroups.cc.
  plan.inside.namespaces &= ~std::uint64_t{CLONE_NEWUSER | CLONE_NEWCGROUP};
  plan.inside.uid_map.clear();
  plan.inside.gid_map.clear();
  plan.guest.cgroup_namespaces_file.clear();
  std::erase_if(plan.inside.steps, is_made_already);
  if (kind == TemplateKind::kServices) {
    plan.inside.namespaces &= ~std::uint64_t{CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS};
    std::erase_if(plan.inside.steps, is_of_shared);
    if ((plan.inside.look_for & kLookForSysv) != 0) plan.inside.look_for |= kLookForNewSysv;
  }
  for (SetupStep& step : plan.inside.steps) {
    if (auto* tmpfs = std::get_if<MountTmpfs>(&step)) copy_covered(*tmpfs);
    if (auto* views = std::get_if<MountViews>(&step)) views->in_template = true;
  }
  return plan;
}

}  // namespace cloister
