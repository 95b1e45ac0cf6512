// What of a guest's calls is seen, and what whoever sees them has to know of its files.
#include <fmt/format.h>

#include "framework/config/path_pattern.h"
#include "framework/plan/facilities.h"

namespace cloister {

void plan_audit(const CellRequest& request, const HostFacts& facts, CellPlan& plan) {
  const Files files = *request.config.files;
  AuditPlan& audit = plan.watch.audit;
  const bool looks = request.config.audit.value_or(true) && facts.has(Facility::kAudit);
  audit.seen = !looks                                 ? AuditDepth::kNothing
               : request.config.audit.value_or(false) ? AuditDepth::kAll
               : files == Files::kDeclared            ? AuditDepth::kPaths
               : files == Files::kReadOnly            ? AuditDepth::kWrites
                                                      : AuditDepth::kNothing;
  if (audit.seen == AuditDepth::kNothing) return;
  audit.own = plan.watch.tmpfs;
  for (const SetupStep& step : plan.inside.steps) {
    if (const auto* tmpfs = std::get_if<MountTmpfs>(&step)) {
      for (const std::string& name : tmpfs->keep) {
        if (name == ".") {
          audit.covered = fmt::format("{}/{}", tmpfs->target, kCoveredItself);
        } else {
          audit.kept.push_back(fmt::format("{}/{}", tmpfs->target, name));
        }
      }
    } else if (const auto* views = std::get_if<MountViews>(&step)) {
      for (const FileView& view : views->views) {
        audit.views.push_back(view.directory);
        for (const std::string& name : view.shared)
          audit.shared.push_back(fmt::format("{}/{}", view.directory, name));
      }
    } else if (const auto* bound = std::get_if<BindReadOnly>(&step)) {
      audit.read_only.push_back(bound->target);
    }
  }
  if (!request.declared) return;
  audit.declared = request.declared->readable;
  for (const auto* names : {&request.declared->links, &request.declared->shared})
    audit.declared->insert(audit.declared->end(), names->begin(), names->end());
  for (const FileView& view : request.declared->writable) {
    if (!view.is_empty) audit.declared->push_back(view.directory);
    for (const std::string& name : view.copied)
      audit.declared->push_back(fmt::format("{}/{}", view.directory, name));
  }
  audit.outputs = request.declared->outputs;
  audit.places.push_back(plan.guest.working_directory);
  for (const std::string& pattern : audit.outputs) audit.places.push_back(plain_part(pattern));
}

}  // namespace cloister
