#include "framework/watch/watch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>

#include "framework/files/put_in_place.h"
#include "framework/kernel/shortage.h"

namespace cloister {
namespace {

Admission admission_for(const WatchOptions& options, int most) {
  if (!options.load) return Admission(most);
  const auto now = Clock::now();
  return {options.load(now), most, now};
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
      memory_(room.cells) {
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
    admission_.running(Clock::now(), count(CellStage::kRunning));
    if (cells_.empty() && source_empty_ && again_.empty()) break;
    if (!cells_.empty() || !may_begin()) wait_for_events();  // all begun may have been refused
  }
  return std::nullopt;
}

void Watch::wait_for_events() {
  struct Stream {
    RunningCell* cell;
    int stream;  // or kMemory, or kAudit
  };
  constexpr int kMemory = -1;
  constexpr int kAudit = -2;
  std::vector<pollfd> waits;
  std::vector<Stream> streams;
  waits.push_back({child_signals_.get(), POLLIN, 0});
  const bool to_builder = builder_ && builder_->keeps_requests();
  waits.push_back({builder_ ? builder_->socket().get() : -1,
                   static_cast<short>(to_builder ? POLLIN | POLLOUT : POLLIN), 0});
  const int to_reader = (outbox_.waiting() > 0 ? POLLOUT : 0) | (ending_early_ ? 0 : POLLIN);
  waits.push_back({outbox_.socket().get(), static_cast<short>(to_reader), 0});
  const std::size_t fixed = waits.size();
  const auto now = Clock::now();
  auto alarm = Clock::time_point::max();
  if (options_.load && !paused_ && has_more_to_start()) alarm = admission_.next_look();
  for (const auto& cell : cells_) {
    if (!paused_) alarm = std::min(alarm, cell->next_alarm());
    if (cell->stage != CellStage::kRunning) continue;
    for (int stream = 0; stream < RunningCell::kStreams; ++stream) {
      if (cell->stream_fd(stream) < 0) continue;
      waits.push_back({cell->stream_fd(stream), POLLIN, 0});
      streams.push_back({cell.get(), stream});
    }
    if (cell->auditor && cell->auditor->fd() >= 0) {
      waits.push_back({cell->auditor->fd(), POLLIN, 0});
      streams.push_back({cell.get(), kAudit});
    }
    if (cell->memory_fd(now) < 0) continue;
    waits.push_back({cell->memory_fd(now), cell->memory_events(), 0});
    streams.push_back({cell.get(), kMemory});
  }
  int timeout = -1;
  if (alarm != Clock::time_point::max()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(alarm - Clock::now()).count();
    timeout = static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30));
  }
  ::poll(waits.data(), waits.size(), timeout);
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const short happened = waits[fixed + i].revents;
    if (streams[i].stream == kMemory) {
      if ((happened & streams[i].cell->memory_events()) != 0)
        streams[i].cell->memory_alarm(Clock::now());
    } else if (streams[i].stream == kAudit) {
      if (happened != 0) streams[i].cell->auditor->serve();
    } else if (happened != 0) {
      streams[i].cell->drain(streams[i].stream, *drain_buffer_);
    }
  }
  if ((waits[2].revents & POLLIN) != 0) hear_reader();
  if ((waits[2].revents & ~POLLIN) != 0) {
    reader_gone_ = (waits[2].revents & (POLLHUP | POLLERR)) != 0 || !outbox_.flush();
  }
  if (waits[0].revents != 0) reap_children();
  if (waits[1].revents != 0) hear_builder();
  look_at_clocks();
  std::erase_if(cells_, [](const auto& cell) { return cell->stage == CellStage::kDone; });
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
  RunningCell* cell = find(news.words.cell);
  if (cell == nullptr) return;
  switch (news.words.reply) {
    case Reply::kBuilt:
      cell->init = Init{news.words.init_pid, std::move(news.init_pidfd), std::move(news.views)};
      cell->stage = CellStage::kStanding;
      break;
    case Reply::kFailed:
      refuse_or_wait(*cell, Error{news.words.failure.doing, news.words.failure.error, ""});
      break;
    case Reply::kGone:
      if (cell->stage == CellStage::kRunning) {
        // Without a pid namespace init may die before the guest, whose end is then the cell's.
        cell->init = Init{-1, Fd(), std::move(cell->init.views)};
      } else if (cell->stage == CellStage::kGivenBack) {
        ask_again(*cell);
      } else {
        report_done(*cell, &news.words);
      }
      break;
    case Reply::kReady:
      break;
  }
}

void Watch::reap_children() {
  signalfd_siginfo signals[16];
  while (::read(child_signals_.get(), signals, sizeof signals) > 0) {
  }
  int status = 0;
  rusage used{};
  pid_t pid = 0;
  while ((pid = ::wait4(-1, &status, WNOHANG | WUNTRACED | __WALL, &used)) > 0) {
    const auto ended = std::ranges::find_if(cells_, [pid](const auto& cell) {
      return cell->stage == CellStage::kRunning && cell->guest() == pid;
    });
    if (ended == cells_.end()) continue;  // an orphan of a cell without init, or the builder
    RunningCell& cell = **ended;
    if (WIFSTOPPED(status)) {
      tell(GuestStopEvent{cell.id()});
      continue;
    }
    cell.guest_ended(status, used);
    if (!cell.init.pidfd.open() || !builder_ || !builder_->dismantle(cell.id()))
      report_done(cell, nullptr);
  }
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

// No clock of the run goes on while its user has stopped it.
void Watch::pause() {
  if (paused_) return;
  paused_ = Clock::now();
  for (const auto& cell : cells_) {
    if (cell->stage == CellStage::kRunning) cell->stop();
  }
}

void Watch::go_on() {
  if (!paused_) return;
  const auto stopped = Clock::now() - *std::exchange(paused_, std::nullopt);
  for (const auto& cell : cells_) {
    if (cell->stage == CellStage::kRunning) cell->go_on(stopped);
  }
  if (!options_.load) return;
  const auto now = Clock::now();
  std::ignore = options_.load(now);
  admission_.forget(now);
}

// What runs is killed and reported; what does not run yet is forgotten, and the builder removes it
// in the end.
void Watch::end_early() {
  ending_early_ = source_empty_ = true;
  again_.clear();
  paused_.reset();
  std::erase_if(cells_, [](const auto& cell) {
    return cell->stage == CellStage::kBuilding || cell->stage == CellStage::kStanding ||
           cell->stage == CellStage::kGivenBack;
  });
  for (const auto& cell : cells_) {
    if (cell->stage == CellStage::kRunning) cell->kill_all(RunningCell::KilledFor::kEndOfRun);
  }
}

void Watch::look_at_clocks() {
  if (paused_) return;
  const auto now = Clock::now();
  for (const auto& cell : cells_) {
    cell->look_at_memory(now);
    const WatchPlan& plan = cell->plan().watch;
    if (cell->notice_due(now)) tell(SlowCellEvent{cell->id(), plan.notice_after, plan.deadline});
    if (cell->is_overdue(now)) {
      give_up(*cell);
    } else if (cell->deadline_passed(now)) {
      cell->kill_all(RunningCell::KilledFor::kDeadline);
    } else if (cell->cpu_time_gone(now)) {
      cell->kill_all(RunningCell::KilledFor::kCpuTime);
    }
  }
}

// Waits no longer for the cell. The builder ends it should it ever come to stand.
void Watch::give_up(RunningCell& cell) {
  if (cell.stage == CellStage::kBuilding) {
    std::ignore = builder_->dismantle(cell.id());
    refuse(cell,
           Error{fmt::format("make its cell within {} s",
                             std::chrono::duration<double>(options_.patience.building).count()),
                 0, "look for a mount that does not answer, or a stopped 'cell-builder'"});
    return;
  }
  cell.give_up();
  report_done(cell, nullptr);
}

void Watch::report_done(RunningCell& cell, const BuilderReply* gone) {
  CellReport report = cell.finish(gone, *drain_buffer_);
  take_audit(cell, report);
  if (report.undying == 0) take_files(cell, report);
  admission_.ended(report.usage.peak_memory);
  pages_.give_back(cell.page);
  wait_for_an_end_ = false;
  tell(CellEndEvent{std::move(report)});
  outbox_.flush();
}

void Watch::take_audit(RunningCell& cell, CellReport& report) {
  if (!cell.auditor) return;
  std::vector<Meeting> meetings;
  auto first_start = Clock::now();
  const PathUses& paths = cell.auditor->paths();
  for (const auto& other : cells_) {
    if (other.get() == &cell || !other->auditor || other->stage == CellStage::kDone) continue;
    VisitBook::meet_running(paths, other->id(), other->auditor->paths(), meetings);
    first_start = std::min(first_start, other->as_writer().started);
  }
  visits_.meet(cell.as_writer(), paths, meetings);
  visits_.forget_before(first_start);
  report.audit = cell.auditor->take();
  report.audit.meetings = std::move(meetings);
}

// Before the report: what a test has written is there when it is known to have ended.
void Watch::take_files(RunningCell& cell, CellReport& report) {
  const WatchPlan& plan = cell.plan().watch;
  if (!cell.init.views.open()) return;
  std::vector<FileConflict> conflicts;
  std::string unsaved = plan.keep_failed.empty() ? "" : save_failed(cell, report);
  report.files = take_changes(cell.init.views,
                              {.directories = plan.views,
                               .keep = plan.keep_files,
                               .may_move = plan.is_stored,
                               .outputs = plan.outputs},
                              cell.as_writer(), ledger_, conflicts);
  report.files.unsaved = std::move(unsaved);
  if (plan.conflicts == FileConflicts::kNote) {
    for (FileConflict& conflict : conflicts)
      tell(FileCollisionEvent{cell.id(), std::move(conflict)});
  } else if (plan.conflicts == FileConflicts::kFail) {
    report.files.conflicts = std::move(conflicts);
  }
}

// A name is a path of its own: one with a slash makes directories.
std::string Watch::save_failed(RunningCell& cell, CellReport& report) {
  const std::string name = sink_.name_of_failed(report);
  if (name.empty()) return "";
  const WatchPlan& plan = cell.plan().watch;
  const std::string where = fmt::format("{}/{}", plan.keep_failed, name);
  const auto saved = save_changes(cell.init.views, {.directories = plan.views}, where);
  return saved ? "" : saved.error().text();
}

RunningCell* Watch::find(std::uint32_t id) {
  const auto found = std::ranges::find_if(cells_, [id](const auto& cell) {
    return cell->id() == id && cell->stage != CellStage::kDone;
  });
  return found == cells_.end() ? nullptr : found->get();
}

bool Watch::has_more_to_start() const {
  return !source_empty_ || !again_.empty() ||
         count(CellStage::kBuilding) + count(CellStage::kStanding) > 0;
}

std::size_t Watch::count(CellStage stage) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(cells_, [stage](const auto& cell) { return cell->stage == stage; }));
}

}  // namespace cloister
