// The network: a namespace with loopback and nothing else, unless the host's is asked for.
#include <linux/capability.h>
#include <sched.h>

#include "framework/plan/facilities.h"

namespace cloister {
namespace {

// Of what a guest could use its network by, only sockets are watched: so it must have no power over
// a network that is the run's, and die with its pid namespace.
bool can_be_lent(const CellPlan& plan) {
  constexpr std::uint64_t kNeeded = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS;
  return (plan.inside.namespaces & kNeeded) == kNeeded &&
         (plan.guest.capabilities >> CAP_SYS_ADMIN & 1) == 0;
}

}  // namespace

void plan_network(const CellConfig& config, const HostFacts& facts, CellPlan& plan) {
  const Network network = config.network.value_or(Network::kLoopback);
  if (network == Network::kHost || !facts.has(Facility::kNetworkNamespace)) return;
  plan.inside.namespaces |= CLONE_NEWNET;
  if (config.reuse_network.value_or(false) && can_be_lent(plan)) {
    plan.inside.lent_network =
        network == Network::kLoopback ? LentNetwork::kLoopback : LentNetwork::kDown;
    // Settings of the network, which ask for the uid 0 of the host and no capability.
    plan.inside.steps.emplace_back(BindMount{"/proc/sys/net", "/proc/sys/net", true});
    return;
  }
  if (network == Network::kLoopback) plan.inside.steps.emplace_back(BringUpLoopback{});
  plan.inside.steps.emplace_back(OpenLowPorts{});
}

}  // namespace cloister
