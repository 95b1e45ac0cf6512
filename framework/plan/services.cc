// The services of a cell: what its guest starts, and what it can reach of those of the run.
#include <fmt/format.h>
#include <sched.h>

#include <algorithm>

#include "framework/plan/facilities.h"

namespace cloister {
namespace {

bool is_in_cell(const SharedService& service) { return service->per != ServicePer::kRun; }

// Only by a port, which the host's network has.
bool answers_on_host_only(const SharedService& service) {
  const ServiceReady& ready = service->ready;
  return !is_in_cell(service) && ready.unix_socket.empty() && (ready.port || !ready.http.empty());
}

}  // namespace

Result<void> plan_services(const CellRequest& request, CellPlan& plan) {
  plan.guest.services = request.services;
  const bool has_network = (plan.inside.namespaces & CLONE_NEWNET) != 0;
  const auto unreachable = std::ranges::find_if(request.services, answers_on_host_only);
  if (has_network && unreachable != request.services.end()) {
    return std::unexpected(
        Error{fmt::format("give this {} {}: that is started once for the run, on the host's "
                          "network, and this {} has a network of its own",
                          request.role, service_words(**unreachable), request.role),
              0, "set network = \"host\" for its tests, or per = \"cell\" for the service"});
  }
  // What else is left may be of a service.
  if (std::ranges::any_of(request.services, is_in_cell))
    plan.inside.look_for = (plan.inside.look_for & kLookForProcesses) | kHasServices;
  return {};
}

}  // namespace cloister
