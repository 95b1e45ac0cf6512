#include "framework/watch/watch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>

#include "framework/kernel/overloaded.h"
#include "framework/kernel/shortage.h"

namespace cloister {
namespace {

Admission admission_for(const WatchOptions& options, int most) {
  if (!options.load) return Admission(most);
  const auto now = Clock::now();
  return {options.load(now), most, now};
}

// What is polled besides the loop's own three: of a cell, one of its streams or of these.
constexpr int kMemory = -1;
constexpr int kAudit = -2;
constexpr int kTemplate = -3;
struct CellWait {
  RunningCell* cell;
  int what;
};

void add_waits(RunningCell& cell, Clock::time_point now, std::vector<pollfd>& waits,
               std::vector<CellWait>& of_cells) {
  const auto add = [&](int fd, short events, int what) {
    if (fd < 0) return;
    waits.push_back({fd, events, 0});
    of_cells.push_back({&cell, what});
  };
  for (int stream = 0; stream < GuestStreams::kCount; ++stream)
    add(cell.streams().fd(stream), POLLIN, stream);
  if (cell.auditor) add(cell.auditor->fd(), POLLIN, kAudit);
  if (cell.link) add(cell.link->socket().get(), POLLIN, kTemplate);
  add(cell.gauges().memory_fd(now), cell.gauges().memory_events(), kMemory);
}

}  // namespace

Result<std::unique_ptr<Watch>> Watch::make(std::optional<CellBuilder> builder, WatchOptions options,
                                           CellSource& source, EventSink& sink, Outbox& outbox) {
  const int asked = options.load ? admission_for(options, kMostAutomaticJobs).most() : options.jobs;
  const auto room = find_room(asked);
  if (!room) return std::unexpected(room.error());
  const Admission admission = admission_for(options, room->jobs);
  auto pages = CellPages::make(room->cells);
  if (!pages) return std::unexpected(pages.error());
  auto drain_buffer = make_unforked<DrainBuffer>();
  if (drain_buffer == nullptr)
    return failed("map memory to read what guests say", shortage_cure(ENOMEM));
  sigset_t child;
  sigset_t guest_mask;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &child, &guest_mask);
  if (options.guest_mask) guest_mask = *options.guest_mask;
  Fd signals(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals.open()) return failed("listen for the end of guests");
  Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null.open()) return failed("open '/dev/null'");
  std::unique_ptr<Watch> made(new Watch(
      std::move(builder), std::move(options), admission, *room, source, sink, outbox,
      std::move(*pages), std::move(drain_buffer), std::move(signals), std::move(null), guest_mask));
  if (made == nullptr) return failed("map memory for the watch loop", shortage_cure(ENOMEM));
  if (!room->shortage.empty()) sink.take({Clock::now(), ShortageEvent{room->shortage}});
  return made;
}

Watch::Watch(std::optional<CellBuilder> builder, WatchOptions options, Admission admission,
             const Room& room, CellSource& source, EventSink& sink, Outbox& outbox, CellPages pages,
             Unforked<DrainBuffer> drain_buffer, Fd child_signals, Fd null, sigset_t guest_mask)
    : builder_(std::move(builder)),
      options_(std::move(options)),
      admission_(admission),
      source_(source),
      sink_(sink),
      outbox_(outbox),
      pages_(std::move(pages)),
      drain_buffer_(std::move(drain_buffer)),
      child_signals_(std::move(child_signals)),
      null_(std::move(null)),
      guest_mask_(guest_mask),
      most_cells_(room.cells),
      guests_descriptors_(room.descriptors),
      cells_(room.cells) {
  // A program that ignores SIGCHLD would make its children vanish unseen: wait(2).
  struct sigaction action{};
  action.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &action, &old_child_action_);
}

std::optional<GuestCall> Watch::run() {
  while (!reader_gone_) {
    look_at_load();
    fill();
    if (auto guest = start_guests()) return guest;
    admission_.running(Clock::now(), cells_.running());
    if (is_at_end()) break;
    if (!cells_.empty() || !may_begin()) wait_for_events();  // all begun may have been refused
  }
  return std::nullopt;
}

void Watch::wait_for_events() {
  enum : std::uint8_t { kChildren, kBuilder, kReader, kOwn };
  const bool to_builder = builder_ && builder_->keeps_requests();
  const int to_reader = (outbox_.waiting() > 0 ? POLLOUT : 0) | (ending_early_ ? 0 : POLLIN);
  std::vector<pollfd> waits = {{child_signals_.get(), POLLIN, 0},
                               {builder_ ? builder_->socket().get() : -1,
                                static_cast<short>(to_builder ? POLLIN | POLLOUT : POLLIN), 0},
                               {outbox_.socket().get(), static_cast<short>(to_reader), 0}};
  std::vector<CellWait> of_cells;
  const auto now = clock_.now();
  for (const auto& cell : cells_) {
    if (cell->life().guest()) add_waits(*cell, now, waits, of_cells);
  }
  ::poll(waits.data(), waits.size(), timeout(now));
  for (std::size_t i = 0; i < of_cells.size(); ++i) {
    const auto& [cell, what] = of_cells[i];
    const short happened = waits[kOwn + i].revents;
    if (happened == 0) continue;
    if (what == kMemory) {
      if ((happened & cell->gauges().memory_events()) != 0) cell->memory_alarm(clock_.now());
    } else if (what == kAudit) {
      cell->auditor->serve();
    } else if (what == kTemplate) {
      hear_template(*cell);
    } else {
      drain(*cell, what);
    }
  }
  const short of_reader = waits[kReader].revents;
  if ((of_reader & POLLIN) != 0) hear_reader();
  if ((of_reader & ~POLLIN) != 0)
    reader_gone_ = (of_reader & (POLLHUP | POLLERR)) != 0 || !outbox_.flush();
  if (waits[kChildren].revents != 0) reap_children();
  if (waits[kBuilder].revents != 0) hear_builder();
  look_at_clocks();
  cells_.forget_done();
}

// False when nothing had come.
bool Watch::drain(RunningCell& cell, int stream) {
  // Whose the bytes are that were read before must be known before more are read. To take the end
  // of a task may read some, too.
  const bool shares = stream != GuestStreams::kEvents && !cell.more_tasks().empty();
  for (int reads = 0; shares && reads < GuestStreams::kMostLastReads; ++reads) {
    if (!drain(cell, GuestStreams::kEvents)) break;
  }
  const std::string_view bytes = cell.drain(stream, *drain_buffer_);
  const bool any = !bytes.empty();
  if (options_.tell_output && stream != GuestStreams::kEvents && any)
    tell(OutputEvent{cell.ref(), stream == GuestStreams::kErr, std::string(bytes)});
  if (stream == GuestStreams::kEvents) tell_ended_tasks(cell);
  return any;
}

void Watch::tell_ended_tasks(RunningCell& cell) {
  const CellRef of = cell.ref();
  for (auto& [report, is_set_up] : cell.take_ended_tasks(clock_.now(), *drain_buffer_)) {
    const std::uint32_t task = report.id;
    if (is_set_up) {
      cell.set_up = std::move(report);
    } else {
      tell(TaskEndEvent{{task, of.cell}, std::move(report)});
    }
    outbox_.flush();
  }
}

// Until something is due by a clock, in milliseconds, as poll(2) has it.
int Watch::timeout(Clock::time_point now) const {
  if (clock_.is_stopped()) return -1;
  auto left = Clock::duration::max();
  const auto due_in = [&left](Clock::time_point due, Clock::time_point from) {
    if (due != Clock::time_point::max()) left = std::min(left, due - from);
  };
  for (const auto& cell : cells_) due_in(cell->next_alarm(), now);
  if (options_.load && has_more_to_start()) due_in(admission_.next_look(), Clock::now());
  if (!no_more_ && Clock::now() < ask_source_at_) due_in(ask_source_at_, Clock::now());
  if (left == Clock::duration::max()) return -1;
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<std::int64_t>(whole, 0, 1 << 30));
}

void Watch::hear_builder() {
  if (builder_) std::ignore = builder_->send_kept();  // its end is heard below
  while (builder_) {
    auto news = builder_->news();
    // The builder's death is this process's own (CellBuilder::start): there is nothing left to do.
    if (!news) reader_gone_ = true;
    if (!news || !*news) return;
    hear(std::move(**news));
  }
}

void Watch::hear(BuilderNews news) {
  RunningCell* cell = cells_.find(news.words.cell);
  if (cell == nullptr) return;
  switch (news.words.reply) {
    case Reply::kBuilt:
      cell->stand(Init{news.words.init_pid, std::move(news.init_pidfd), std::move(news.views)});
      break;
    case Reply::kFailed:
      refuse_or_wait(*cell, Error{news.words.failure.doing, news.words.failure.error, ""});
      break;
    case Reply::kGone:
      hear_gone(*cell, news.words);
      break;
    case Reply::kReady:
      break;
  }
}

void Watch::hear_gone(RunningCell& cell, const BuilderReply& words) {
  std::visit(Overloaded{
                 [&](const CellLife::Ending&) { report_done(cell, &words); },
                 [&](const CellLife::GivenBack&) { ask_again(cell); },
                 // Without a pid namespace init may end before the guest, whose end is then the
                 // cell's.
                 [&](const CellLife::Running&) { cell.forget_init(); },
                 [&](const CellLife::Still&) { cell.forget_init(); },
                 [&](const CellLife::Killed&) { cell.forget_init(); },
                 [&](const CellLife::Building&) {},
                 [&](const CellLife::Standing&) {
                   refuse(cell, Error{"keep its cell, whose init was killed before the guest began",
                                      0, "look for what kills processes of others here"});
                 },
                 [&](const CellLife::Done&) {},
             },
             cell.life().state());
}

void Watch::reap_children() {
  signalfd_siginfo signals[16];
  while (::read(child_signals_.get(), signals, sizeof signals) > 0) {
  }
  int status = 0;
  rusage used{};
  pid_t pid = 0;
  while ((pid = ::wait4(-1, &status, WNOHANG | WUNTRACED | __WALL, &used)) > 0) {
    RunningCell* cell = cells_.find_guest(pid);
    if (cell == nullptr) continue;  // an orphan of a cell without init, or the builder
    if (WIFSTOPPED(status)) {
      tell(GuestStopEvent{cell->ref()});
      continue;
    }
    if (cell->link) hear_template(*cell);  // forks that have ended before it
    cell->guest_ended(status, used, clock_.now());
    dismantle(*cell);
  }
}

// Its guest has ended.
void Watch::dismantle(RunningCell& cell) {
  if (cell.is_template()) end_forks_of(cell);
  if (!cell.init().pidfd.open() || !builder_ || !builder_->dismantle(cell.ref().cell))
    report_done(cell, nullptr);
}

void Watch::hear_reader() {
  char word = 0;
  ssize_t got = 0;
  while ((got = ::recv(outbox_.socket().get(), &word, 1, MSG_DONTWAIT)) == 1) {
    if (word == kPause) pause();
    if (word == kGoOn) go_on();
  }
  if (got == 0) end_early();
}

void Watch::pause() {
  clock_.stop();
  for (const auto& cell : cells_) cell->stop();
}

void Watch::go_on() {
  if (!clock_.is_stopped()) return;
  clock_.go_on();
  for (const auto& cell : cells_) cell->go_on();
  if (!options_.load) return;
  const auto now = Clock::now();
  std::ignore = options_.load(now);
  admission_.forget(now);
}

// What runs is killed and reported; what does not run yet is forgotten, and the builder removes it
// in the end.
void Watch::end_early() {
  ending_early_ = no_more_ = true;
  again_.clear();
  clock_.go_on();
  cells_.forget_without_guest();
  for (const auto& cell : cells_) {
    if (cell->kill(KilledFor::kEndOfRun, clock_.now()))
      tell(CellKillEvent{cell->ref(), KilledFor::kEndOfRun});
  }
  tell(RunStopEvent{});
}

void Watch::look_at_clocks() {
  if (clock_.is_stopped()) return;
  const auto now = clock_.now();
  for (const auto& cell : cells_) {
    const WatchPlan& plan = cell->plan().watch;
    if (cell->notice(now)) tell(SlowCellEvent{cell->ref(), plan.notice_after, plan.deadline});
    if (cell->life().is_overdue(now)) give_up(*cell);
    if (const auto reason = cell->look(now)) tell(CellKillEvent{cell->ref(), *reason});
  }
}

// Waits no longer for the cell. The builder ends it should it ever come to stand.
void Watch::give_up(RunningCell& cell) {
  if (cell.life().is<CellLife::Building>()) {
    std::ignore = builder_->dismantle(cell.ref().cell);
    refuse(cell,
           Error{fmt::format("make its cell within {} s",
                             std::chrono::duration<double>(options_.patience.building).count()),
                 0, "look for a mount that does not answer, or a stopped 'cell-builder'"});
    return;
  }
  cell.give_up(clock_.now());
  report_done(cell, nullptr);
}

void Watch::report_done(RunningCell& cell, const BuilderReply* gone) {
  // The last of what it printed is told, too, and its tasks are told apart: read_rest() reads for
  // the report alone.
  const bool tells = options_.tell_output || !cell.more_tasks().empty();
  const int reads_to_tell = tells ? GuestStreams::kMostLastReads : 0;
  for (const int stream : {GuestStreams::kOut, GuestStreams::kErr}) {
    for (int reads = 0; reads < reads_to_tell && drain(cell, stream); ++reads) {
    }
  }
  cell.read_rest(*drain_buffer_);
  tell_ended_tasks(cell);
  CellReport report = cell.finish(gone);
  files_.take_audit(cell, cells_, report);
  // Before the report: what a test has written is there when it is known to have ended.
  if (report.undying == 0) files_.take_written(cell, report, sink_);
  admission_.ended(report.usage.peak_memory);
  tell_end(cell, std::move(report));
}

void Watch::tell_end(const RunningCell& cell, CellReport report) {
  report.id = cell.ref().task;
  if (cell.page != nullptr) pages_.give_back(cell.page);
  wait_for_an_end_ = false;
  ask_source_at_ = {};
  const std::uint32_t within = cell.within();
  tell(CellEndEvent{cell.ref(), std::move(report), cell.more_tasks(), within});
  outbox_.flush();
  if (within != kNoTemplate) go_on_if_done(within, cell.ref().task);
}

}  // namespace cloister
