// How a task becomes a running guest, or does not: the part of the watch loop that begins cells,
// forks guests, and takes fewer of them at once where something is short.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "framework/kernel/shortage.h"
#include "framework/watch/watch.h"

namespace cloister {
namespace {

// Reports waiting for a slow reader, beyond which no new guest starts.
constexpr std::size_t kMostWaitingReports = 64U << 20;

}  // namespace

void Watch::look_at_load() {
  const auto now = Clock::now();
  if (options_.load && !clock_.is_stopped() && now >= admission_.next_look())
    admission_.look(now, options_.load(now));
}

bool Watch::may_ask_source() const {
  return !no_more_ && Clock::now() >= ask_source_at_ && may_begin_template();
}

bool Watch::may_begin() const {
  return (may_ask_source() || !again_.empty() || with_tasks_to_begin() != nullptr) &&
         !clock_.is_stopped() && !wait_for_an_end_ && outbox_.waiting() < kMostWaitingReports;
}

bool Watch::has_more_to_start() const {
  return !no_more_ || !again_.empty() || cells_.coming() > 0 || with_tasks_to_begin() != nullptr;
}

bool Watch::is_at_end() const {
  const bool none_will_come = no_more_ || ask_source_at_ == Clock::time_point::max();
  return cells_.empty() && again_.empty() && none_will_come;
}

std::optional<CellTask> Watch::next_task() {
  if (!again_.empty()) {
    CellTask task = std::move(again_.back());
    again_.pop_back();
    return task;
  }
  if (RunningCell* cell = with_tasks_to_begin()) return next_in_template(*cell);
  NextTask next = source_.next();
  if (auto* task = std::get_if<CellTask>(&next)) return std::move(*task);
  if (const auto* wait = std::get_if<NothingYet>(&next)) ask_source_at_ = wait->until;
  no_more_ = std::holds_alternative<NoMore>(next);
  return std::nullopt;
}

// Begins cells until enough are on their way.
void Watch::fill() {
  const auto jobs = static_cast<std::size_t>(admission_.jobs());
  const std::size_t ahead = said_short_ ? 0 : cells_ahead(admission_.jobs());
  const std::size_t most = std::min(most_cells_, most_cells(admission_.jobs()));
  const std::size_t running = cells_.running();
  // What ends must not wait for a long row of what begins.
  const std::size_t wanted = std::min(ahead + jobs - std::min(jobs, running), kMostOnTheirWay);
  for (std::size_t coming = cells_.coming();
       may_begin() && cells_.moving() < most && cells_.size() < most_cells_ && coming < wanted;
       ++coming) {
    if (auto task = next_task()) begin(std::move(*task));
  }
}

void Watch::begin(CellTask task) {
  SharedPlan plan = task.plan ? *task.plan : std::make_shared<CellPlan>();
  RunningCell& begun = cells_.add(task, std::move(plan), options_.patience, clock_.now());
  if (!task.plan) return refuse(begun, task.plan.error());
  begun.begun_alone = cells_.alive() == 1;
  begun.page = pages_.take();
  if (begun.plan().inside.namespaces == 0 && begun.plan().inside.cgroups.empty()) {
    begun.stand();
  } else if (auto asked = builder_->build(begun.ref().cell, begun.guest_pid(), begun.shared_plan(),
                                          begun.within());
             !asked) {
    refuse(begun, asked.error());
  }
}

std::optional<GuestCall> Watch::start_guests() {
  std::size_t busy =
      cells_.running() + (options_.wait_for_reports ? cells_.count<CellLife::Ending>() : 0);
  // One after the other is with all that the one has left for the other.
  if (admission_.jobs() == 1 &&
      std::ranges::any_of(cells_, [](const auto& cell) { return has_files_to_keep(*cell); }))
    return std::nullopt;
  for (std::size_t i = 0; i < cells_.size() && !clock_.is_stopped(); ++i) {
    RunningCell& cell = cells_[i];
    if (busy >= static_cast<std::size_t>(admission_.jobs())) break;
    // One at a time is one after the other: the builder may have finished the next cell first.
    if (cell.life().is<CellLife::Building>() && admission_.jobs() == 1) break;
    if (!cell.life().is<CellLife::Standing>()) continue;
    if (must_wait_for_another(cell)) continue;
    if (cell.within() != kNoTemplate) {
      if (auto told = start_fork(cell); told) {
        ++busy;
      } else {
        refuse_or_wait(cell, told.error());
      }
      continue;
    }
    // Neither this object nor the cell is there in the guest.
    const std::uint32_t task = cell.ref().task;
    std::vector<std::uint32_t> more = cell.more_tasks();
    const struct sigaction childs = old_child_action_;
    auto forked = cell.start_guest(pages_, options_.guests, null_.get(), guest_mask_,
                                   guests_descriptors_, clock_);
    if (!forked) {
      refuse_or_wait(cell, forked.error());
      continue;
    }
    if (!forked->guest) {
      ++busy;
      tell(GuestStartEvent{cell.ref(), forked->pid});
      continue;
    }
    ::sigaction(SIGCHLD, &childs, nullptr);
    return GuestCall{task, *forked->guest, std::move(more)};
  }
  cells_.forget_done();
  return std::nullopt;
}

// A cell that never got a guest.
void Watch::refuse(RunningCell& cell, const Error& error) {
  if (cell.init().pidfd.open() && builder_) std::ignore = builder_->dismantle(cell.ref().cell);
  cell.finish_without_guest();
  CellReport report;
  report.outcome = SetupFailed{error.text()};
  tell_end(cell, std::move(report));
}

// What is short now may be there when another cell has ended: then there are fewer at once. A cell
// that stands waits for its guest; one that could not be built is asked for again.
void Watch::refuse_or_wait(RunningCell& cell, const Error& error) {
  const bool stands = cell.life().is<CellLife::Standing>();
  const std::size_t others = cells_.alive() - 1;
  // Where all others stand, too, none would ever end: then one of them has to.
  const bool none_will_end = stands && others + 1 == cells_.count<CellLife::Standing>();
  RunningCell* other = none_will_end ? standing_beside(cell) : nullptr;
  const bool can_wait = stands ? !none_will_end || other != nullptr : !cell.begun_alone;
  if (!is_shortage(error.number) || !can_wait) {
    const bool lacks_cure = error.hint.empty() && is_shortage(error.number);
    return refuse(cell, Error{error.doing, error.number,
                              lacks_cure ? shortage_cure(error.number) : error.hint});
  }
  admit_fewer(error, others);
  if (!stands) {
    ask_again(cell);
    wait_for_an_end_ = others > 0;
  } else if (other != nullptr && builder_->dismantle(other->ref().cell)) {
    other->give_back();
  }
}

RunningCell* Watch::standing_beside(const RunningCell& cell) {
  const auto found = std::ranges::find_if(cells_, [&cell](const auto& other) {
    return other.get() != &cell && other->life().template is<CellLife::Standing>() &&
           other->init().pidfd.open();
  });
  return found == cells_.end() ? nullptr : found->get();
}

void Watch::ask_again(RunningCell& cell) {
  pages_.give_back(cell.page);
  again_.push_back({cell.ref().task, cell.shared_plan(), cell.guest_pid(), cell.more_tasks(),
                    cell.template_kind(), cell.within()});
  wait_for_an_end_ = false;
  cell.finish_without_guest();
}

// At least as many as run can; and of those that are on their way, each takes twice what its cell
// does.
void Watch::admit_fewer(const Error& error, std::size_t others) {
  const std::size_t room = std::max(cells_.running(), others / 2);
  admission_.at_most(std::max(1, static_cast<int>(room)));
  if (std::exchange(said_short_, true)) return;
  const Error shown{error.doing, error.number, shortage_cure(error.number)};
  tell(ShortageEvent{
      fmt::format("only {} at once from here on: {}", admission_.jobs(), shown.text())});
}

}  // namespace cloister
