#include "framework/report/make_report.h"

#include <sys/time.h>

#include <algorithm>

#include "framework/report/classify.h"
#include "framework/report/words.h"
#include "framework/wire/bytes.h"

namespace cloister {
namespace {

// Of its memory every cell has some that is the kernel's: it is named from this part of the cap on.
constexpr std::uint64_t kKernelPart = 16;

// The builder numbers what is left as the report does, and survivors after that.
static_assert(kSurvivorKind == kLeftKinds);

std::chrono::microseconds microseconds(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

std::vector<PhaseStart> phases_of(const CellPage& page) {
  std::vector<PhaseStart> phases;
  const std::uint32_t count = std::min<std::uint32_t>(page.phase_count, kMostPhases);
  for (std::uint32_t i = 0; i < count; ++i) {
    const CellPage::Phase& phase = page.phases[i];
    phases.push_back({phase.phase, phase.offsets[0], phase.offsets[1]});
  }
  return phases;
}

// Offsets only grow, and end where the output does, whatever the guest says.
void take_phases(CellReport& report, std::vector<PhaseStart> phases) {
  std::uint64_t out = 0;
  std::uint64_t err = 0;
  for (PhaseStart& phase : phases) {
    out = std::clamp<std::uint64_t>(phase.out_offset, out, std::max(out, report.out.kept.size()));
    err = std::clamp<std::uint64_t>(phase.err_offset, err, std::max(err, report.err.kept.size()));
    phase.out_offset = out;
    phase.err_offset = err;
  }
  report.phases = std::move(phases);
}

Caps caps_of(const CellConfig& in_force) {
  return {in_force.memory.value_or(Bytes{}), in_force.file_size.value_or(Bytes{}),
          in_force.processes.value_or(0), in_force.cpus.value_or(0)};
}

// The cap is what the memory added up to when it was reached. Page cache and files in tmpfs have
// outlived the guest until now; what died with its processes, anonymous memory and shared mappings,
// is known from the last look. What came after that look was more of what there was most of.
MemoryParts memory_at_cap(MemoryParts parts, std::uint64_t cap, const BuilderReply* gone) {
  if (gone != nullptr) {
    const std::uint64_t shared = gone->readings[static_cast<int>(Reading::kSharedMemory)];
    const std::uint64_t files = gone->readings[static_cast<int>(Reading::kFileMemory)];
    parts.file.count = files - std::min(files, shared);
    parts.shared.count = std::max(parts.shared.count, shared);
  }
  std::uint64_t sum = parts.anonymous.count + parts.file.count + parts.shared.count;
  // A peak, perhaps of another moment.
  parts.kernel.count = std::min(parts.kernel.count, cap - std::min(cap, sum));
  if (parts.kernel.count < cap / kKernelPart) parts.kernel = {};
  sum += parts.kernel.count;
  Bytes* most = parts.anonymous < parts.shared ? &parts.shared : &parts.anonymous;
  if (*most < parts.kernel) most = &parts.kernel;
  most->count += cap - std::min(cap, sum);
  return parts;
}

void take_usage(Usage& usage, const GuestEnd& guest, const BuilderReply* gone) {
  constexpr std::uint64_t kBlock = 512;  // of ru_inblock and ru_oublock: getrusage(2)
  usage.wall = std::chrono::duration_cast<std::chrono::microseconds>(guest.ended - guest.started);
  usage.user_cpu = microseconds(guest.used.ru_utime);
  usage.system_cpu = microseconds(guest.used.ru_stime);
  usage.peak_memory = Bytes{static_cast<std::uint64_t>(guest.used.ru_maxrss) * 1024};
  usage.io_read = Bytes{static_cast<std::uint64_t>(guest.used.ru_inblock) * kBlock};
  usage.io_written = Bytes{static_cast<std::uint64_t>(guest.used.ru_oublock) * kBlock};
  if (gone == nullptr) return;
  const auto reading = [gone](Reading r) { return gone->readings[static_cast<int>(r)]; };
  const auto time = [&reading](Reading r) {
    return std::chrono::microseconds(static_cast<std::int64_t>(reading(r)));
  };
  if (reading(Reading::kPeakMemory) > 0) usage.peak_memory = Bytes{reading(Reading::kPeakMemory)};
  if (reading(Reading::kUserCpu) + reading(Reading::kSystemCpu) > 0) {
    usage.user_cpu = time(Reading::kUserCpu);
    usage.system_cpu = time(Reading::kSystemCpu);
  }
  usage.io_read.count = std::max(usage.io_read.count, reading(Reading::kIoRead));
  usage.io_written.count = std::max(usage.io_written.count, reading(Reading::kIoWritten));
  usage.throttled = time(Reading::kThrottled);
  usage.peak_processes = reading(Reading::kPeakProcesses);
  usage.oom_kills = reading(Reading::kOomKills);
  usage.refused_forks = reading(Reading::kRefusedForks);
}

// Names are the guest's own words: they are made printable here, for everybody.
void take_names(CellReport& report, const RollCall& left, const CellPlan& plan) {
  ByteReader in({left.names, std::min<std::size_t>(left.names_size, kNamesKept)});
  while (in.ok() && !in.at_end()) {
    const auto kind = in.number<std::uint8_t>();
    const auto number = in.number<std::int32_t>();
    std::string name = printable(in.text());
    std::string command = printable(in.text());
    if (!in.ok()) return;
    if (kind == kSurvivorKind) {
      report.survivors.push_back({number, std::move(name), std::move(command)});
      continue;
    }
    const auto place = static_cast<std::size_t>(number);
    const bool file = kind == static_cast<std::uint8_t>(LeftKind::kFile);
    if (file && place >= plan.watch.tmpfs.size()) return;
    const std::string where = file ? plan.watch.tmpfs[place] : "";
    const auto found = std::ranges::find_if(report.left, [&](const LeftThings& things) {
      return static_cast<std::uint8_t>(things.kind) == kind && things.where == where;
    });
    if (found != report.left.end()) found->names.push_back(std::move(name));
  }
}

void take_leftovers(CellReport& report, const RollCall& left, const CellPlan& plan) {
  report.survivor_count = static_cast<std::uint32_t>(left.counts[kSurvivorKind]);
  for (int kind = 0; kind < static_cast<int>(LeftKind::kFile); ++kind) {
    if (left.counts[kind] > 0)
      report.left.push_back({static_cast<LeftKind>(kind), "", left.counts[kind], {}});
  }
  for (std::size_t i = 0; i < std::min(plan.watch.tmpfs.size(), kMostTmpfs); ++i) {
    if (left.tmpfs[i].made > 0 && (plan.inside.look_for & kLookForFiles) != 0)
      report.left.push_back({LeftKind::kFile, plan.watch.tmpfs[i], left.tmpfs[i].made, {}});
  }
  take_names(report, left, plan);
  for (std::size_t i = 0; i < std::min(plan.watch.tmpfs.size(), kMostTmpfs); ++i) {
    const TmpfsRecord& record = left.tmpfs[i];
    if (record.inodes == 0) continue;  // init did not come to it
    report.tmpfs.push_back(
        {plan.watch.tmpfs[i], {record.used}, {record.size}, record.inodes_used, record.inodes});
    report.usage.tmpfs.count += record.used;
  }
}

// Of the test itself what is left of the guest's time.
void take_costs(CellReport& report, const CellEvidence& evidence) {
  report.costs.assign(std::begin(evidence.gone->costs), std::end(evidence.gone->costs));
  std::uint64_t entering = 0;
  for (std::size_t i = 0; i < kCostCount; ++i) {
    const std::uint32_t guests = evidence.page.costs[i];
    report.costs[i] += evidence.costs[i] + guests;
    entering += guests;
  }
  const auto wall = static_cast<std::uint64_t>(
      std::chrono::nanoseconds(evidence.guest.ended - evidence.guest.started).count());
  report.costs[static_cast<std::size_t>(Cost::kTest)] = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(wall - std::min(wall, entering), UINT32_MAX));
}

}  // namespace

CellReport make_report(CellEvidence&& evidence) {
  const CellConfig& in_force = evidence.plan.in_force;
  const WatchPlan& plan = evidence.plan.watch;
  CellReport report;
  report.id = evidence.id;
  report.tasks = evidence.tasks;
  report.out = std::move(evidence.out);
  report.err = std::move(evidence.err);
  take_phases(report, phases_of(evidence.page));
  report.caps = caps_of(in_force);
  report.leaks = in_force.leaks.value_or(Leaks::kReport);
  take_usage(report.usage, evidence.guest, evidence.gone);
  if (evidence.gone != nullptr) {
    take_leftovers(report, evidence.gone->left, evidence.plan);
    take_costs(report, evidence);
  }
  report.undying = evidence.guest.undying;
  report.said_finished = evidence.frames.finished();
  report.outcome =
      classify({.wait_status = evidence.guest.wait_status,
                .killed_for = evidence.guest.killed_for,
                .said_finished = evidence.frames.finished(),
                .entry_failure = evidence.frames.entry_failure(),
                .broken_protocol = evidence.frames.broken(),
                .oom_kills = report.usage.oom_kills,
                .only_others_killed_for_memory = evidence.only_others_killed_for_memory,
                .memory_cap = plan.memory_cap,
                .memory = memory_at_cap(evidence.memory, plan.memory_cap.count, evidence.gone),
                .deadline = plan.deadline,
                .cpu_time = plan.cpu_time});
  report.events = evidence.frames.take_events();
  return report;
}

CellReport make_task_report(TaskEvidence&& evidence) {
  CellReport report;
  report.id = evidence.id;
  report.tasks = evidence.tasks;
  report.outcome = Finished{};
  report.said_finished = true;
  report.out = std::move(evidence.out);
  report.err = std::move(evidence.err);
  take_phases(report, std::move(evidence.ended.phases));
  report.caps = caps_of(evidence.plan.in_force);
  report.leaks = evidence.plan.in_force.leaks.value_or(Leaks::kReport);
  report.usage.wall = evidence.wall;
  report.events = std::move(evidence.ended.events);
  return report;
}

}  // namespace cloister
