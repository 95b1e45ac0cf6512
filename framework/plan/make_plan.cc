#include <fmt/format.h>
#include <sched.h>

#include "framework/plan/facilities.h"
#include "framework/plan/plan.h"

namespace cloister {
namespace {

using namespace std::chrono_literals;

// Defaults: design.md, "the strictest that do not surprise".
constexpr std::chrono::milliseconds kDeadline = 10min;
constexpr std::chrono::milliseconds kNoticeAfter = 1min;
constexpr Bytes kOutput = 16_MiB;

// What `config` names explicitly and this host lost.
const Loss* asked_for_but_lost(const CellConfig& config, const HostFacts& facts) {
  const std::pair<bool, Facility> asked[] = {
      {config.memory.value_or(Bytes{}).count > 0, Facility::kMemoryCap},
      {config.processes.has_value(), Facility::kProcessCap},
      {config.hostname.has_value(), Facility::kHostname},
      {config.network.value_or(Network::kHost) != Network::kHost, Facility::kNetworkNamespace},
      {config.as_root.value_or(false) && facts.uid != 0, Facility::kUserNamespace},
      {config.private_tmp.value_or(false) || config.tmp_size || config.shm_size ||
           config.tmpfs_inodes,
       Facility::kPrivateTmp},
  };
  for (const auto& [is_asked, facility] : asked) {
    if (const Loss* loss = facts.loss_of(facility); is_asked && loss != nullptr) return loss;
  }
  return nullptr;
}

}  // namespace

Result<CellPlan> make_plan(const CellConfig& config, const HostFacts& facts, std::uint32_t cell) {
  if (const Loss* loss = asked_for_but_lost(config, facts)) {
    return std::unexpected(Error{fmt::format("give this test the {} it asks for: {}",
                                             facility_name(loss->facility), loss->why),
                                 0, loss->cure});
  }
  CellPlan plan;
  plan_users(config, facts, plan);
  plan_mounts(config, facts, plan);
  plan_network(config, facts, plan);
  plan_cgroups(config, facts, cell, plan);
  if (facts.has(Facility::kPidNamespace)) plan.inside.namespaces |= CLONE_NEWPID;
  if (facts.has(Facility::kIpcNamespace)) plan.inside.namespaces |= CLONE_NEWIPC;
  if (facts.has(Facility::kHostname)) {
    plan.inside.namespaces |= CLONE_NEWUTS;
    plan.inside.steps.emplace_back(SetHostname{config.hostname.value_or("cloister")});
  }
  plan.guest.working_directory = facts.working_directory;
  plan.guest.keep_fds = config.keep_fds.value_or(std::vector<int>{});
  plan.watch.deadline = config.deadline.value_or(kDeadline);
  plan.watch.notice_after = config.notice_after.value_or(kNoticeAfter);
  plan.watch.output = config.output.value_or(kOutput);
  return plan;
}

}  // namespace cloister
