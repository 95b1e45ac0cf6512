#include "framework/watch/running_cell.h"

#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "framework/files/file_store.h"
#include "framework/wire/timing.h"

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

}  // namespace

RunningCell::~RunningCell() {
  if (plan_.watch.is_stored && init.views.open())
    remove_stored(link_target(fmt::format("/proc/self/fd/{}", init.views.get())));
}

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
  SocketPair audit;
  if (plan_.watch.audit.seen != Seen::kNothing) {
    auto pair = make_socket_pair(SOCK_SEQPACKET);
    if (!pair) return std::unexpected(pair.error());
    audit = std::move(*pair);
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
                   .audit_fd = audit.theirs.get(),
                   .held = options.held,
                   .descriptors = descriptors,
                   .signal_mask = guest_mask};
  Stopwatch forking;
  auto forked = fork_guest(start);
  if (forked && forked->guest) {
    // In the guest these numbers are closed, or somebody else's.
    for (Fd& fd : writers) fd.release();
    shared_page.release();
    audit.ours.release();
    audit.theirs.release();
    return forked;
  }
  if (!forked) return forked;
  forking.lap(costs_, Cost::kFork);
  guest_ = forked->pid;
  if (audit.ours.open()) auditor.emplace(plan_.watch.audit, std::move(audit.ours));
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

}  // namespace cloister
