#include "framework/watch/running_cell.h"

#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "framework/report/classify.h"
#include "framework/report/words.h"
#include "framework/wire/bytes.h"

namespace cloister {
namespace {

// Between looks at what a capped memory is made of. The kernel's alarms say when it is worth one,
// but on a busy machine they are heard late.
constexpr std::chrono::milliseconds kMemoryLooks{20};
constexpr std::chrono::milliseconds kAfterMemoryAlarm{2};

// No use of all processors could use the time up before this has passed.
Clock::duration earliest(std::chrono::microseconds cpu_time) {
  static const long processors = std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN));
  return std::max<Clock::duration>(cpu_time / processors, std::chrono::milliseconds(1));
}

constexpr int kEventStream = 0;

// Of its memory every cell has some that is the kernel's: it is named from this part of the cap on.
constexpr std::uint64_t kKernelPart = 16;

// After the cell's end its pipes hold what fits into them; only a process that outlived it can add
// to that.
constexpr int kMostLastReads = 64;

std::chrono::microseconds microseconds(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

Result<Forked> RunningCell::start_guest(CellPages& pages, const GuestOptions& options, int null_fd,
                                        const sigset_t& guest_mask,
                                        const std::optional<rlimit>& descriptors) {
  Fd writers[kStreams];
  const bool join = options.join_output;
  const bool captured = plan_.guest.streams == Streams::kCaptured;
  for (int stream = 0; stream < (!captured ? 1 : join ? 2 : kStreams); ++stream) {
    auto pipe = make_pipe();
    if (!pipe) return std::unexpected(pipe.error());
    if (auto set = set_nonblocking(pipe->read_end); !set) return std::unexpected(set.error());
    streams_[stream] = std::move(pipe->read_end);
    writers[stream] = std::move(pipe->write_end);
  }
  Fd shared_page;
  if (options.will_exec) {
    auto shared = pages.share_by_descriptor(page);
    if (!shared) return std::unexpected(shared.error());
    shared_page = std::move(*shared);
  }
  const int out = writers[1].get();
  GuestStart start{.cell = id_,
                   .plan = plan_,
                   .join_paths = join_paths_,
                   .init = init.pid,
                   .init_pidfd = init.pidfd.get(),
                   .pages = pages,
                   .page = page,
                   .page_fd = shared_page.get(),
                   .event_fd = writers[kEventStream].get(),
                   .out_fd = out,
                   .err_fd = join ? out : writers[2].get(),
                   .null_fd = null_fd,
                   .held = options.held,
                   .descriptors = descriptors,
                   .signal_mask = guest_mask};
  Stopwatch forking;
  auto forked = fork_guest(start);
  if (forked && forked->guest) {
    // In the guest these numbers are closed, or somebody else's.
    for (Fd& fd : writers) fd.release();
    shared_page.release();
    return forked;
  }
  if (!forked) return forked;
  forking.lap(costs_, Cost::kFork);
  guest_ = forked->pid;
  started_ = Clock::now();
  stage = CellStage::kRunning;
  gauges_ = Gauges(plan_.watch, id_, guest_);
  if (gauges_.memory_fd() >= 0) next_memory_look_ = started_ + kMemoryLooks;
  if (plan_.watch.cpu_time.count() > 0) next_cpu_look_ = started_ + earliest(plan_.watch.cpu_time);
  return forked;
}

void RunningCell::take_output(Output& output, std::string_view bytes) const {
  const std::uint64_t room = plan_.watch.output.count -
                             std::min<std::uint64_t>(plan_.watch.output.count, output.kept.size());
  const std::size_t kept = std::min<std::uint64_t>(room, bytes.size());
  output.kept.append(bytes.substr(0, kept));
  output.dropped += bytes.size() - kept;
}

bool RunningCell::drain(int stream, DrainBuffer& buffer) {
  Fd& fd = streams_[stream];
  if (!fd.open()) return false;
  const bool output = stream != kEventStream;
  if (output) page->drain_turn.fetch_add(1);
  const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
  const std::string_view bytes(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  if (output) {
    page->drained[stream - 1].fetch_add(bytes.size());
    page->drain_turn.fetch_add(1);
  }
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) fd.reset();
  if (bytes.empty()) return false;
  if (output) {
    take_output(stream == 1 ? out_ : err_, bytes);
  } else {
    reader_.feed(bytes);
  }
  return true;
}

Clock::time_point RunningCell::next_alarm() const {
  auto alarm = Clock::time_point::max();
  if (stage == CellStage::kBuilding) return begun_ + patience_.building;
  if (stage == CellStage::kEnding) return ended_ + patience_.dying;
  if (stage != CellStage::kRunning) return alarm;
  if (killed_ != Clock::time_point{}) return killed_ + patience_.dying;
  if (plan_.watch.deadline.count() > 0) alarm = started_ + plan_.watch.deadline;
  if (plan_.watch.notice_after.count() > 0 && !noticed_) {
    alarm = std::min(alarm, started_ + plan_.watch.notice_after);
  }
  return std::min({alarm, next_cpu_look_, next_memory_look_});
}

bool RunningCell::notice_due(Clock::time_point now) {
  const auto after = plan_.watch.notice_after;
  if (stage != CellStage::kRunning || noticed_ || after.count() == 0 || now < started_ + after)
    return false;
  noticed_ = true;
  return true;
}

bool RunningCell::deadline_passed(Clock::time_point now) const {
  return stage == CellStage::kRunning && killed_ == Clock::time_point{} &&
         plan_.watch.deadline.count() > 0 && now >= started_ + plan_.watch.deadline;
}

void RunningCell::look_at_memory(Clock::time_point now) {
  if (stage != CellStage::kRunning || now < next_memory_look_) return;
  gauges_.look_at_memory();
  next_memory_look_ = now + kMemoryLooks;
}

int RunningCell::memory_fd(Clock::time_point now) const {
  return now < memory_quiet_until_ ? -1 : gauges_.memory_fd();
}

void RunningCell::memory_alarm(Clock::time_point now) {
  gauges_.look_at_memory();
  memory_quiet_until_ = next_memory_look_ = now + kAfterMemoryAlarm;
}

bool RunningCell::cpu_time_gone(Clock::time_point now) {
  if (stage != CellStage::kRunning || killed_ != Clock::time_point{} || now < next_cpu_look_)
    return false;
  const auto left = plan_.watch.cpu_time - gauges_.cpu_time();
  if (left <= left.zero()) return true;
  next_cpu_look_ = now + earliest(left);
  return false;
}

// A killed process dies in microseconds unless the kernel holds it in an uninterruptible call, a
// debugger at its exit, or a freezer.
bool RunningCell::is_overdue(Clock::time_point now) const {
  switch (stage) {
    case CellStage::kBuilding:
      return now >= begun_ + patience_.building;
    case CellStage::kRunning:
      return killed_ != Clock::time_point{} && now >= killed_ + patience_.dying;
    case CellStage::kEnding:
      return now >= ended_ + patience_.dying;
    case CellStage::kStanding:
    case CellStage::kGivenBack:
    case CellStage::kDone:
      return false;
  }
  return false;
}

void RunningCell::give_up() {
  undying_ = stage == CellStage::kRunning ? guest_ : init.pid;
  if (stage != CellStage::kRunning) return;
  // It never came to its end, whatever it had said.
  ended_ = Clock::now();
  wait_status_ = SIGKILL;
}

void RunningCell::kill_all(KilledFor reason) {
  if (killed_ != Clock::time_point{}) return;
  killed_for_ = reason;
  killed_ = Clock::now();
  // With its init dies the whole pid namespace; without one, the guest's session leader and its
  // group must do.
  if (init.pidfd.open()) ::syscall(SYS_pidfd_send_signal, init.pidfd.get(), SIGKILL, nullptr, 0);
  if (guest_ > 0) {
    ::kill(-guest_, SIGKILL);
    ::kill(guest_, SIGKILL);
  }
}

void RunningCell::stop() const {
  if (guest_ > 0) ::kill(-guest_, SIGSTOP);
}

void RunningCell::go_on(Clock::duration stopped) {
  started_ += stopped;
  if (guest_ > 0) ::kill(-guest_, SIGCONT);
}

void RunningCell::guest_ended(int wait_status, const rusage& used) {
  ended_ = Clock::now();
  wait_status_ = wait_status;
  used_ = used;
  if (WIFSIGNALED(wait_status)) gauges_.look_at_kernel_memory();
  // Without a pid namespace the guest's group is all that can be found of what it left behind.
  if ((plan_.inside.namespaces & CLONE_NEWPID) == 0) ::kill(-guest_, SIGKILL);
  stage = CellStage::kEnding;
}

void RunningCell::read_page(CellReport& report) {
  if (page == nullptr) return;
  const std::uint32_t spilled = std::min<std::uint32_t>(page->spilled, kSpillSize);
  reader_.feed(std::string_view(page->spill, spilled));
  const std::uint32_t count = std::min<std::uint32_t>(page->phase_count, kMostPhases);
  std::uint64_t out = 0;
  std::uint64_t err = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const CellPage::Phase& phase = page->phases[i];
    // Offsets only grow, and end where the output does, whatever the page says.
    out = std::clamp<std::uint64_t>(phase.offsets[0], out, std::max(out, report.out.kept.size()));
    err = std::clamp<std::uint64_t>(phase.offsets[1], err, std::max(err, report.err.kept.size()));
    report.phases.push_back({phase.phase, out, err});
  }
}

// The cap is what the memory added up to when it was reached. Page cache and files in tmpfs have
// outlived the guest until now; what died with its processes, anonymous memory and shared mappings,
// is known from the last look. What came after that look was more of what there was most of.
MemoryParts RunningCell::memory_at_cap(const BuilderReply* gone) const {
  MemoryParts parts = gauges_.memory();
  if (gone != nullptr) {
    const std::uint64_t shared = gone->readings[static_cast<int>(Reading::kSharedMemory)];
    const std::uint64_t files = gone->readings[static_cast<int>(Reading::kFileMemory)];
    parts.file.count = files - std::min(files, shared);
    parts.shared.count = std::max(parts.shared.count, shared);
  }
  const std::uint64_t cap = plan_.watch.memory_cap.count;
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

void RunningCell::take_usage(Usage& usage, const BuilderReply* gone) const {
  constexpr std::uint64_t kBlock = 512;  // of ru_inblock and ru_oublock: getrusage(2)
  usage.wall = std::chrono::duration_cast<std::chrono::microseconds>(ended_ - started_);
  usage.user_cpu = microseconds(used_.ru_utime);
  usage.system_cpu = microseconds(used_.ru_stime);
  usage.peak_memory = Bytes{static_cast<std::uint64_t>(used_.ru_maxrss) * 1024};
  usage.io_read = Bytes{static_cast<std::uint64_t>(used_.ru_inblock) * kBlock};
  usage.io_written = Bytes{static_cast<std::uint64_t>(used_.ru_oublock) * kBlock};
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
void RunningCell::take_names(CellReport& report, const RollCall& left) const {
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
    if (file && place >= plan_.watch.tmpfs.size()) return;
    const std::string where = file ? plan_.watch.tmpfs[place] : "";
    const auto found = std::ranges::find_if(report.left, [&](const LeftThings& things) {
      return static_cast<std::uint8_t>(things.kind) == kind && things.where == where;
    });
    if (found != report.left.end()) found->names.push_back(std::move(name));
  }
}

void RunningCell::take_leftovers(CellReport& report, const RollCall& left) const {
  report.survivor_count = static_cast<std::uint32_t>(left.counts[kSurvivorKind]);
  for (int kind = 0; kind < static_cast<int>(LeftKind::kFile); ++kind) {
    if (left.counts[kind] > 0)
      report.left.push_back({static_cast<LeftKind>(kind), "", left.counts[kind], {}});
  }
  for (std::size_t i = 0; i < std::min(plan_.watch.tmpfs.size(), kMostTmpfs); ++i) {
    if (left.tmpfs[i].made > 0 && (plan_.inside.look_for & kLookForFiles) != 0)
      report.left.push_back({LeftKind::kFile, plan_.watch.tmpfs[i], left.tmpfs[i].made, {}});
  }
  take_names(report, left);
  for (std::size_t i = 0; i < std::min(plan_.watch.tmpfs.size(), kMostTmpfs); ++i) {
    const TmpfsRecord& record = left.tmpfs[i];
    if (record.inodes == 0) continue;  // init did not come to it
    report.tmpfs.push_back(
        {plan_.watch.tmpfs[i], {record.used}, {record.size}, record.inodes_used, record.inodes});
    report.usage.tmpfs.count += record.used;
  }
}

// Of the test itself what is left of the guest's time.
void RunningCell::take_costs(CellReport& report, const BuilderReply& gone) const {
  report.costs.assign(std::begin(gone.costs), std::end(gone.costs));
  std::uint64_t entering = 0;
  for (std::size_t i = 0; i < kCostCount; ++i) {
    const std::uint32_t guests = page == nullptr ? 0 : page->costs[i];
    report.costs[i] += costs_[i] + guests;
    entering += guests;
  }
  const auto wall = static_cast<std::uint64_t>(std::chrono::nanoseconds(ended_ - started_).count());
  report.costs[static_cast<std::size_t>(Cost::kTest)] = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(wall - std::min(wall, entering), UINT32_MAX));
}

CellReport RunningCell::finish(const BuilderReply* gone, DrainBuffer& buffer) {
  for (int stream = 0; stream < kStreams; ++stream) {
    for (int reads = 0; reads < kMostLastReads && drain(stream, buffer); ++reads) {
    }
    streams_[stream].reset();
  }
  CellReport report;
  report.id = id_;
  report.out = std::move(out_);
  report.err = std::move(err_);
  read_page(report);
  const CellConfig& in_force = plan_.in_force;
  report.caps = {in_force.memory.value_or(Bytes{}), in_force.file_size.value_or(Bytes{}),
                 in_force.processes.value_or(0), in_force.cpus.value_or(0)};
  report.leaks = in_force.leaks.value_or(Leaks::kReport);
  take_usage(report.usage, gone);
  if (gone != nullptr) {
    take_leftovers(report, gone->left);
    take_costs(report, *gone);
  }
  report.undying = undying_;
  report.said_finished = reader_.finished();
  report.outcome =
      classify({.wait_status = wait_status_,
                .killed_at_deadline = killed_for_ == KilledFor::kDeadline,
                .killed_for_cpu_time = killed_for_ == KilledFor::kCpuTime,
                .killed_with_the_run = killed_for_ == KilledFor::kEndOfRun,
                .said_finished = reader_.finished(),
                .entry_failure = reader_.entry_failure(),
                .broken_protocol = reader_.broken(),
                .oom_kills = report.usage.oom_kills,
                .only_others_killed_for_memory =
                    report.usage.oom_kills > 0 && gauges_.only_others_killed_for_memory(),
                .memory_cap = plan_.watch.memory_cap,
                .memory = memory_at_cap(gone),
                .deadline = plan_.watch.deadline,
                .cpu_time = plan_.watch.cpu_time});
  report.events = reader_.take_events();
  stage = CellStage::kDone;
  return report;
}

}  // namespace cloister
