#include <fmt/format.h>
#include <sched.h>

#include "framework/plan/caps.h"
#include "framework/plan/facilities.h"
#include "framework/plan/limits.h"
#include "framework/plan/plan.h"

namespace cloister {
namespace {

using namespace std::chrono_literals;

// Defaults: design.md, "the strictest that do not surprise".
constexpr std::chrono::milliseconds kDeadline = 10min;
constexpr std::chrono::milliseconds kNoticeAfter = 1min;
constexpr Bytes kOutput = 16_MiB;
constexpr Bytes kTmpfsSize = 1_GiB;
constexpr std::uint64_t kTmpfsInodes = 131072;
constexpr std::uint32_t kProcesses = 4096;  // a backstop against fork bombs

// What `request` names explicitly and this host lost.
const Loss* asked_for_but_lost(const CellRequest& request, const HostFacts& facts) {
  const CellConfig& config = request.config;
  for (const Cap& cap : cgroup_caps()) {
    const Loss* loss = facts.loss_of(cap.facility);
    if (loss != nullptr && info_of(cap.facility).substitute.empty() && cap.is_asked(config))
      return loss;
  }
  const std::pair<bool, Facility> asked[] = {
      {config.hostname.has_value(), Facility::kHostname},
      {config.network.value_or(Network::kHost) != Network::kHost, Facility::kNetworkNamespace},
      {(config.as_root.value_or(false) && facts.uid != 0) || request.identity != Identity::kDefault,
       Facility::kUserNamespace},
      {config.private_tmp.value_or(false) || config.tmp_size || config.shm_size ||
           config.tmpfs_inodes,
       Facility::kPrivateTmp},
      {request.has_own_root(), Facility::kMountNamespace},
      {request.clocks.has_value(), Facility::kTimeNamespace},
      {config.reuse_network.value_or(false), Facility::kNetworkReuse},
      {config.audit.value_or(false), Facility::kAudit},
      {config.files.value_or(Files::kHost) != Files::kHost && !request.declared,
       Facility::kFileViews},
      {request.declared.has_value(), Facility::kMountNamespace},
      {request.declared.has_value(), Facility::kPrivateProc},
  };
  for (const auto& [is_asked, facility] : asked) {
    if (const Loss* loss = facts.loss_of(facility); is_asked && loss != nullptr) return loss;
  }
  return nullptr;
}

// With the defaults that this room fills in.
CellConfig with_defaults(CellConfig config) {
  config.processes = config.processes.value_or(kProcesses);
  config.deadline = config.deadline.value_or(kDeadline);
  config.notice_after = config.notice_after.value_or(kNoticeAfter);
  config.output = config.output.value_or(kOutput);
  config.tmp_size = config.tmp_size.value_or(kTmpfsSize);
  config.shm_size = config.shm_size.value_or(kTmpfsSize);
  config.tmpfs_inodes = config.tmpfs_inodes.value_or(kTmpfsInodes);
  config.hostname = config.hostname.value_or("cloister");
  config.leaks = config.leaks.value_or(Leaks::kReport);
  // What is written to a view is not written to a device.
  const bool writes_are_capped = config.io_write_rate.value_or(Bytes{}).count > 0;
  config.files = config.files.value_or(writes_are_capped ? Files::kHost : Files::kKeep);
  return config;
}

// What of it does not hold on this host is left unset.
CellConfig in_force(CellConfig config, const HostFacts& facts) {
  if (!facts.has(Facility::kProcessCap)) config.processes.reset();
  if (!facts.has(Facility::kHostname)) config.hostname.reset();
  if (!facts.has(Facility::kPrivateTmp) || !config.private_tmp.value_or(true)) {
    config.tmp_size.reset();
    config.shm_size.reset();
    config.tmpfs_inodes.reset();
  }
  if (!facts.has(Facility::kFileViews) && config.files != Files::kDeclared)
    config.files = Files::kHost;
  return config;
}

// Leaving something out is like a host that lacks it.
HostFacts lessened(HostFacts facts, const std::vector<Facility>& without) {
  for (const Facility facility : without) {
    facts.losses.push_back({facility, "it is left out", "ask for one of the two only"});
  }
  return facts;
}

// Only what is the cell's own can be the guest's.
std::uint8_t look_for(const CellConfig& config, const CellPlan& plan) {
  if (config.leaks == Leaks::kIgnore) return 0;
  const auto own = [&](std::uint64_t name) { return (plan.inside.namespaces & name) != 0; };
  std::uint8_t look = 0;
  if (own(CLONE_NEWPID)) look |= kLookForProcesses;
  if (own(CLONE_NEWPID) && own(CLONE_NEWNET)) look |= kLookForPorts;
  if (own(CLONE_NEWIPC)) look |= kLookForSysv;
  if (!plan.watch.tmpfs.empty()) look |= kLookForFiles;
  return look;
}

Result<CellPlan> plan_on(const CellRequest& request, const HostFacts& facts) {
  const CellConfig& asked = request.config;
  if (const Loss* loss = asked_for_but_lost(request, facts)) {
    return std::unexpected(Error{fmt::format("give this {} the {} it asks for: {}", request.role,
                                             facility_name(loss->facility), loss->why),
                                 0, loss->cure});
  }
  if (asked.scope.value_or(Scope::kTest) != Scope::kTest) {
    return std::unexpected(Error{
        fmt::format("let this {} share a cell with others, as scope asks: only the tests of a "
                    "program that is linked with Cloister can share one",
                    request.role),
        0, "leave scope out, or link the program with cloister::gtest_main"});
  }
  if (auto good = check_request(request, facts); !good) return std::unexpected(good.error());
  if (auto good = check_limits(request, facts); !good) return std::unexpected(good.error());
  CellRequest whole = request;
  const CellConfig& config = whole.config = with_defaults(asked);
  CellPlan plan;
  plan.in_force = in_force(config, facts);
  plan_clocks(whole, facts, plan);
  plan_users(whole, facts, plan);
  plan_mounts(whole, facts, plan);
  plan_audit(whole, facts, plan);
  if (facts.has(Facility::kPidNamespace)) plan.inside.namespaces |= CLONE_NEWPID;
  plan_network(config, facts, plan);
  plan_cgroups(whole, facts, plan);
  plan_limits(config, facts, plan);
  if (facts.has(Facility::kIpcNamespace)) plan.inside.namespaces |= CLONE_NEWIPC;
  if (facts.has(Facility::kHostname)) {
    plan.inside.namespaces |= CLONE_NEWUTS;
    plan.inside.steps.emplace_back(SetHostname{*config.hostname});
  }
  plan_hosts(whole, plan);
  plan.inside.look_for = look_for(config, plan);
  if (auto good = plan_services(request, plan); !good) return std::unexpected(good.error());
  plan.guest.streams = request.streams;
  plan.guest.keep_fds = config.keep_fds.value_or(std::vector<int>{});
  plan.watch.deadline = *config.deadline;
  plan.watch.notice_after = *config.notice_after;
  plan.watch.output = *config.output;
  plan.watch.keep_failed = config.keep_failed.value_or("");
  return plan;
}

}  // namespace

Result<SharedPlan> shared(Result<CellPlan> plan) {
  if (!plan) return std::unexpected(std::move(plan).error());
  return std::make_shared<CellPlan>(std::move(*plan));
}

Result<CellPlan> make_plan(const CellRequest& asked, const HostFacts& facts) {
  if (asked.without.empty()) return plan_on(asked, facts);
  return plan_on(asked, lessened(facts, asked.without));
}

Result<CellPlan> make_plan(const CellConfig& asked, const HostFacts& facts) {
  return make_plan(CellRequest{.config = asked}, facts);
}

}  // namespace cloister
