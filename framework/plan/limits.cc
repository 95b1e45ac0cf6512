#include "framework/plan/limits.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "framework/config/settings.h"
#include "framework/plan/caps.h"
#include "framework/plan/facilities.h"
#include "framework/plan/plan.h"

namespace cloister {
namespace {

using namespace std::chrono_literals;

constexpr Bytes kSmallestTmpfs = 4_KiB;  // one page: to tmpfs(5), size 0 is no limit
constexpr std::uint64_t kFewestInodes = 1;
constexpr std::uint64_t kFewestFiles = 3;  // the standard streams
// An empty test is over within a millisecond or two; ten stand for a busy machine.
constexpr auto kShortestTime = 10ms;

Result<void> check_sizes(const CellRequest& request) {
  const CellConfig& config = request.config;
  const std::tuple<std::string_view, std::optional<Bytes>, Bytes> sizes[] = {
      {"/tmp", config.tmp_size, kSmallestTmpfs},
      {"/dev/shm", config.shm_size, kSmallestTmpfs},
      {"kept output", config.output, Bytes{1}}};
  for (const auto& [what, asked, smallest] : sizes) {
    if (!asked || !(*asked < smallest)) continue;
    return too_small(request.role, what, bytes_text(*asked), bytes_text(smallest));
  }
  return {};
}

Result<void> check_counts(const CellRequest& request) {
  const CellConfig& config = request.config;
  if (config.tmpfs_inodes && *config.tmpfs_inodes < kFewestInodes) {
    return too_small(request.role, "cap on files in a tmpfs",
                     fmt::format("{}", *config.tmpfs_inodes), fmt::format("{}", kFewestInodes));
  }
  if (config.open_files && *config.open_files < kFewestFiles) {
    return too_small(request.role, "cap on open files", fmt::format("{}", *config.open_files),
                     fmt::format("{}", kFewestFiles));
  }
  return {};
}

Result<void> check_times(const CellRequest& request) {
  const CellConfig& config = request.config;
  const std::pair<std::string_view, std::optional<std::chrono::milliseconds>> times[] = {
      {"deadline", config.deadline}, {"CPU-time deadline", config.cpu_time}};
  for (const auto& [what, asked] : times) {
    if (!asked || asked->count() == 0 || *asked >= kShortestTime) continue;
    return too_small(request.role, what, duration_text(*asked), duration_text(kShortestTime));
  }
  return {};
}

// A hard limit can be lowered by anybody and raised by nobody: setrlimit(2).
Result<void> check_hard_limits(const CellRequest& request, const HostFacts& facts) {
  const CellConfig& config = request.config;
  const auto count = [](const std::optional<Bytes>& bytes) {
    return bytes ? std::optional(bytes->count) : std::nullopt;
  };
  const std::tuple<int, std::string_view, std::optional<std::uint64_t>> limits[] = {
      {RLIMIT_NOFILE, "open files", config.open_files},
      {RLIMIT_FSIZE, "bytes in a file", count(config.file_size)},
      {RLIMIT_CORE, "bytes in a core file", count(config.core_size)}};
  for (const HardLimit& hard : facts.hard_limits) {
    for (const auto& [resource, what, asked] : limits) {
      if (resource != hard.resource || !asked || *asked <= hard.value) continue;
      return std::unexpected(
          Error{fmt::format("give this {} {} {}: the run's own hard limit is {}", request.role,
                            *asked, what, hard.value),
                0, "raise that with ulimit -H as root, or with LimitNOFILE= and the like"});
    }
  }
  return {};
}

}  // namespace

std::unexpected<Error> too_small(std::string_view role, std::string_view what,
                                 const std::string& asked, const std::string& smallest) {
  return std::unexpected(
      Error{fmt::format("run a {} with a {} of {}: that is too small to run in", role, what, asked),
            0, fmt::format("the smallest that works is {}", smallest)});
}

Result<void> check_limits(const CellRequest& request, const HostFacts& facts) {
  for (const Cap& cap : cgroup_caps()) {
    if (cap.check == nullptr) continue;
    if (auto good = cap.check(request, facts); !good) return good;
  }
  if (auto good = check_sizes(request); !good) return good;
  if (auto good = check_counts(request); !good) return good;
  if (auto good = check_times(request); !good) return good;
  return check_hard_limits(request, facts);
}

void plan_limits(const CellConfig& config, const HostFacts& facts, CellPlan& plan) {
  auto& limits = plan.guest.limits;
  if (config.file_size) limits.push_back({RLIMIT_FSIZE, config.file_size->count});
  if (config.core_size) limits.push_back({RLIMIT_CORE, config.core_size->count});
  if (config.open_files) limits.push_back({RLIMIT_NOFILE, *config.open_files});
  plan.watch.cpu_time = config.cpu_time.value_or(0ms);
  // Without a cgroup that counts the whole cell, a child that nobody waits for is counted by none
  // but this: whole seconds, of one process: setrlimit(2).
  if (plan.watch.cpu_time > 0ms && facts.base_with(Controller::kCpuAccounting) == nullptr) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(plan.watch.cpu_time).count();
    limits.push_back({RLIMIT_CPU, static_cast<std::uint64_t>(seconds) + 1});
  }
  if (config.cpu_set && !facts.has(Facility::kCpuSet))
    plan.guest.cpus = parse_cpu_list(*config.cpu_set).value_or(std::vector<int>{});
}

}  // namespace cloister
