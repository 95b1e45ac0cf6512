#include "framework/watch/running_cell.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "framework/files/file_store.h"
#include "framework/protocol/frame.h"
#include "framework/report/make_report.h"
#include "framework/wire/timing.h"

namespace cloister {
namespace {

CellLife::Bounds bounds_of(const WatchPlan& plan, const Patience& patience) {
  return {.deadline = plan.deadline, .notice_after = plan.notice_after, .patience = patience};
}

}  // namespace

RunningCell::RunningCell(std::uint32_t number, const CellTask& task, SharedPlan plan,
                         const Patience& patience, Clock::time_point now)
    : number_(number),
      guest_pid_(task.guest_pid),
      more_(task.more),
      template_kind_(task.template_kind),
      within_(task.within),
      tasks_(static_cast<std::uint32_t>(more_.size()) + 1),
      shared_plan_(std::move(plan)),
      join_paths_(join_paths(*shared_plan_, number)),
      life_(bounds_of(shared_plan_->watch, patience), now),
      writer_{.task = task.id} {}

RunningCell::~RunningCell() {
  if (plan().watch.is_stored && init_.views.open())
    remove_stored(link_target(fmt::format("/proc/self/fd/{}", init_.views.get())));
}

void RunningCell::stand(Init init) {
  if (life_.stand()) init_ = std::move(init);
}

void RunningCell::forget_init() { init_ = Init{-1, Fd(), std::move(init_.views)}; }

Result<Forked> RunningCell::start_guest(CellPages& pages, const GuestOptions& options, int null_fd,
                                        const sigset_t& guest_mask,
                                        const std::optional<rlimit>& descriptors,
                                        const RunClock& clock) {
  const bool captured = plan().guest.streams == Streams::kCaptured;
  auto ends = streams_.open(!captured ? 0 : options.join_output ? 1 : 2);
  if (!ends) return std::unexpected(ends.error());
  auto& [event, out, err] = ends->fds;
  Fd shared_page;
  if (options.will_exec) {
    auto shared = pages.share_by_descriptor(page);
    if (!shared) return std::unexpected(shared.error());
    shared_page = std::move(*shared);
  }
  SocketPair audit;
  if (plan().watch.audit.seen != AuditDepth::kNothing) {
    auto pair = make_socket_pair(SOCK_SEQPACKET);
    if (!pair) return std::unexpected(pair.error());
    audit = std::move(*pair);
  }
  SocketPair to_template;
  if (is_template()) {
    auto pair = make_template_sockets();
    if (!pair) return std::unexpected(pair.error());
    to_template = std::move(*pair);
  }
  GuestStart start{.cell = number_,
                   .plan = plan(),
                   .join_paths = join_paths_,
                   .init = init_.pid,
                   .init_pidfd = init_.pidfd.get(),
                   .pages = pages,
                   .page = page,
                   .page_fd = shared_page.get(),
                   .event_fd = event.get(),
                   .out_fd = out.get(),
                   .err_fd = options.join_output ? out.get() : err.get(),
                   .null_fd = null_fd,
                   .audit_fd = audit.theirs.get(),
                   .held = options.held,
                   .descriptors = descriptors,
                   .link_fd = to_template.theirs.get(),
                   .signal_mask = guest_mask};
  Stopwatch forking;
  auto forked = fork_guest(start);
  if (forked && forked->guest) {
    // In the guest these numbers are closed, or somebody else's.
    for (Fd& fd : ends->fds) fd.release();
    shared_page.release();
    audit.ours.release();
    audit.theirs.release();
    to_template.ours.release();
    to_template.theirs.release();
    return forked;
  }
  if (!forked) return forked;
  forking.lap(costs_, Cost::kFork);
  const auto now = clock.now();
  life_.start(forked->pid, now);
  task_began_ = now;
  writer_.started = Clock::now();
  if (is_template()) link.emplace(std::move(to_template.ours));
  if (audit.ours.open()) auditor.emplace(plan().watch.audit, std::move(audit.ours));
  gauges_ = Gauges(plan().watch, number_, forked->pid, now);
  return forked;
}

Result<void> RunningCell::start_as_fork(TemplateLink& of, CellPages& pages,
                                        const GuestOptions& options, const RunClock& clock) {
  auto ends = streams_.open(options.join_output ? 1 : 2);
  if (!ends) return std::unexpected(ends.error());
  const auto shared_page = pages.share_by_descriptor(page);
  if (!shared_page) return std::unexpected(shared_page.error());
  const auto namespaces = open_namespaces(plan(), init_.pid);
  if (!namespaces) return std::unexpected(namespaces.error());
  std::vector<Fd> cgroups;
  for (const std::string& path : join_paths_) {
    cgroups.emplace_back(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!cgroups.back().open()) return failed(fmt::format("open '{}'", path));
  }
  const int outputs[] = {ends->fds[GuestStreams::kOut].get(), ends->fds[GuestStreams::kErr].get()};
  const ForkNeeds needs{.cell = number_,
                        .task = writer_.task,
                        .page = shared_page->get(),
                        .event = ends->fds[GuestStreams::kEvents].get(),
                        .outputs = std::span(outputs).first(options.join_output ? 1 : 2),
                        .namespaces = *namespaces,
                        .cgroups = cgroups};
  if (auto told = of.fork(needs); !told) return told;
  const auto now = clock.now();
  life_.start(0, now);
  task_began_ = now;
  writer_.started = Clock::now();
  return {};
}

void RunningCell::guest_born(pid_t guest, Clock::time_point now) {
  if (life_.name_guest(guest)) gauges_ = Gauges(plan().watch, number_, guest, now);
}

void RunningCell::guest_not_born(const Error& error, Clock::time_point now) {
  streams_.frames.fail_entry(error);
  guest_ended(0, {}, now);
}

std::vector<std::uint32_t> RunningCell::stand_still(TemplateKind kind) {
  const bool may = template_kind_ == kind || template_kind_ == TemplateKind::kAny;
  if (!may || stood_still || !life_.stand_still()) return {};
  stood_still = true;
  template_kind_ = kind;
  more_.insert(more_.begin(), writer_.task);
  to_begin = more_;
  return to_begin;
}

void RunningCell::go_on_after_tests(Clock::time_point now) {
  if (!life_.go_on(now)) return;
  task_began_ = now;
  link->go_on();
}

std::string_view RunningCell::drain(int stream, DrainBuffer& buffer) {
  return streams_.drain(stream, *page, plan().watch.output, buffer);
}

Clock::time_point RunningCell::next_alarm() const {
  const bool looks = life_.is<CellLife::Running>();
  return looks ? std::min(life_.next_due(), gauges_.next_look()) : life_.next_due();
}

std::optional<KilledFor> RunningCell::look(Clock::time_point now) {
  if (!life_.is<CellLife::Running>()) return std::nullopt;
  gauges_.look_at_memory(now);
  std::optional<KilledFor> reason;
  if (life_.is_past_deadline(now)) {
    reason = KilledFor::kDeadline;
  } else if (gauges_.is_out_of_cpu_time(now)) {
    reason = KilledFor::kCpuTime;
  }
  if (reason) kill(*reason, now);
  return reason;
}

bool RunningCell::kill(KilledFor reason, Clock::time_point now) {
  if (!life_.kill(reason, now)) return false;
  // Killing init kills the whole pid namespace; without one, the guest's session leader and its
  // group must do.
  if (init_.pidfd.open()) ::syscall(SYS_pidfd_send_signal, init_.pidfd.get(), SIGKILL, nullptr, 0);
  signal_group(SIGKILL);
  if (const pid_t guest = life_.guest().value_or(0); guest > 0) ::kill(guest, SIGKILL);
  return true;
}

// The number of a fork may not be known yet.
void RunningCell::signal_group(int number) const {
  const pid_t guest = life_.guest().value_or(0);
  if (guest > 0) ::kill(-guest, number);
}

void RunningCell::guest_ended(int wait_status, const rusage& used, Clock::time_point now) {
  const pid_t guest = life_.guest().value_or(0);
  if (!life_.reap(wait_status, used, now)) return;
  writer_.ended = Clock::now();
  if (WIFSIGNALED(wait_status)) gauges_.look_at_kernel_memory();
  // Without a pid namespace the guest's group is all that can be found of what it left behind.
  if ((plan().inside.namespaces & CLONE_NEWPID) == 0 && guest > 0) ::kill(-guest, SIGKILL);
}

// Those before it in the row stay behind. False if it is none of them.
bool RunningCell::go_on_to(std::uint32_t task) {
  if (is_template() && task == kSetUpTask) return true;
  const auto found = std::ranges::find(more_, task);
  if (found == more_.end()) return false;
  more_.erase(found);
  writer_.task = task;
  return true;
}

std::vector<RunningCell::Ended> RunningCell::take_ended_tasks(Clock::time_point now,
                                                              DrainBuffer& buffer) {
  std::vector<Ended> reports;
  if (!streams_.frames.has_ended_tasks()) return reports;
  for (EndedTask& ended : streams_.frames.take_ended_tasks()) {
    const std::uint32_t before = writer_.task;
    const std::uint32_t next = ended.next;
    if (!go_on_to(next)) {
      streams_.frames.break_off(fmt::format("it went on to task {}, which is not its own", next));
      break;
    }
    TaskEvidence evidence{.id = before, .tasks = tasks_, .plan = plan(), .ended = std::move(ended)};
    const auto take = [&](int stream, std::uint64_t count) {
      return streams_.take_printed(stream, count, *page, plan().watch.output, buffer);
    };
    evidence.out = take(GuestStreams::kOut, evidence.ended.out);
    evidence.err = take(GuestStreams::kErr, evidence.ended.err);
    evidence.wall = std::chrono::duration_cast<std::chrono::microseconds>(now - task_began_);
    reports.push_back({make_task_report(std::move(evidence)), next == kSetUpTask});
    reports.back().report.services = take_services_log();
    task_began_ = now;
    life_.next_task(now);
  }
  return reports;
}

std::string RunningCell::take_services_log() {
  return page->services.since(std::exchange(services_log_taken_, page->services.written()));
}

CellReport RunningCell::finish(const BuilderReply* gone) {
  life_.finish();
  const auto* done = life_.as<CellLife::Done>();
  CellEvidence evidence{.id = writer_.task,
                        .tasks = tasks_,
                        .plan = plan(),
                        .guest = done != nullptr && done->guest ? *done->guest : GuestEnd{},
                        .frames = std::move(streams_.frames),
                        .out = streams_.out.take_all(plan().watch.output),
                        .err = streams_.err.take_all(plan().watch.output),
                        .page = *page,
                        .gone = gone,
                        .memory = gauges_.memory()};
  std::ranges::copy(costs_, evidence.costs);
  const bool kills = gone != nullptr && gone->readings[static_cast<int>(Reading::kOomKills)] > 0;
  evidence.only_others_killed_for_memory = kills && gauges_.only_others_killed_for_memory();
  CellReport report = make_report(std::move(evidence));
  report.forked = within_ != kNoTemplate;
  report.services = take_services_log();
  if (!cannot_stand.empty()) report.outcome = SetupFailed{cannot_stand};
  return report;
}

}  // namespace cloister
