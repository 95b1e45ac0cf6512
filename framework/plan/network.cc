// The network: a namespace with loopback and nothing else, unless the host's is asked for.
#include <sched.h>

#include "framework/plan/facilities.h"

namespace cloister {

void plan_network(const CellConfig& config, const HostFacts& facts, CellPlan& plan) {
  const Network network = config.network.value_or(Network::kLoopback);
  if (network == Network::kHost || !facts.has(Facility::kNetworkNamespace)) return;
  plan.inside.namespaces |= CLONE_NEWNET;
  if (network == Network::kLoopback) plan.inside.steps.emplace_back(BringUpLoopback{});
  plan.inside.steps.emplace_back(OpenLowPorts{});
}

}  // namespace cloister
