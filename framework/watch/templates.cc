// Templates: guests that stand still once the set-up of their suite is done, so that each of their
// tasks is a fork of them, in a cell within theirs. docs/decisions/0108.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "framework/watch/watch.h"

namespace cloister {

void Watch::hear_template(RunningCell& cell) {
  while (const auto says = cell.link ? cell.link->hear() : std::nullopt) hear(cell, *says);
}

void Watch::hear(RunningCell& cell, const TemplateSays& says) {
  const TemplateWord& word = says.word;
  RunningCell* fork = cells_.find(word.cell);
  if (fork != nullptr && fork->within() != cell.ref().cell) fork = nullptr;
  switch (word.news) {
    case TemplateNews::kStands:
      tell_choice(cell, word);
      stand_still(cell, word.number == static_cast<int>(TemplateKind::kServices)
                            ? TemplateKind::kServices
                            : TemplateKind::kSnapshot);
      break;
    case TemplateNews::kGoesOn:
      tell_choice(cell, word);
      break;
    case TemplateNews::kCannotStand:
      cell.cannot_stand = word.words;
      cell.link->go_on();
      break;
    case TemplateNews::kBorn:
      if (fork == nullptr) break;
      fork->guest_born(says.sender, clock_.now());
      tell(GuestStartEvent{fork->ref(), says.sender});
      break;
    case TemplateNews::kNotBorn:
      if (fork == nullptr || !fork->life().guest()) break;
      fork->guest_not_born(Error{word.words, word.number, ""}, clock_.now());
      dismantle(*fork);
      break;
    case TemplateNews::kEnded:
      if (fork == nullptr || !fork->life().guest()) break;
      fork->guest_ended(word.number, word.used, clock_.now());
      dismantle(*fork);
      break;
  }
}

void Watch::tell_choice(const RunningCell& cell, const TemplateWord& word) {
  if (word.words[0] != '\0' && cell.template_kind() == TemplateKind::kAny)
    tell(TemplateChoiceEvent{cell.ref(), word.words});
}

// What it said and printed until now is its set-up's.
void Watch::stand_still(RunningCell& cell, TemplateKind kind) {
  for (int reads = 0; reads < GuestStreams::kMostLastReads; ++reads) {
    if (!drain(cell, GuestStreams::kEvents)) break;
  }
  auto plan = shared(plan_in_template(cell.plan(), kind));
  if (!plan || !cell.set_up || cell.stand_still(kind).empty()) {
    cell.link.reset();  // none of ours says so: it reads that as the order to go on
    return;
  }
  cell.plan_within = std::move(*plan);
  CellReport report = *std::exchange(cell.set_up, std::nullopt);
  files_.take_set_up(cell, report, sink_);
  const CellRef of = cell.ref();
  tell(SetUpEndEvent{of, std::move(report), cell.to_begin});
}

RunningCell* Watch::with_tasks_to_begin() const {
  const auto found = std::ranges::find_if(cells_, [this](const auto& cell) {
    // What shares servers runs one after the other: one cell ahead is enough.
    return !cell->to_begin.empty() && cell->life().template is<CellLife::Still>() &&
           (cell->template_kind() == TemplateKind::kSnapshot || count_within(*cell) < 2);
  });
  return found == cells_.end() ? nullptr : found->get();
}

// Another that shares servers with it has not ended: what that one leaves must be gone first.
bool Watch::must_wait_for_another(const RunningCell& cell) const {
  const RunningCell* of = cells_.find(cell.within());
  return of != nullptr && of->template_kind() == TemplateKind::kServices &&
         std::ranges::any_of(cells_, [&cell](const auto& other) {
           const CellLife& life = other->life();
           return other->within() == cell.within() &&
                  (life.guest() || life.template is<CellLife::Ending>());
         });
}

CellTask Watch::next_in_template(RunningCell& cell) {
  CellTask task{.id = cell.to_begin.front(), .plan = cell.plan_within, .within = cell.ref().cell};
  cell.to_begin.erase(cell.to_begin.begin());
  return task;
}

// Templates leave room for the cells within them. One guest at a time is one after the other.
bool Watch::may_begin_template() const {
  const std::size_t templates = cells_.templates();
  return templates == 0 || (admission_.jobs() > 1 && templates < most_cells_ / 3);
}

Result<void> Watch::start_fork(RunningCell& cell) {
  RunningCell* of = cells_.find(cell.within());
  if (of == nullptr || !of->life().is<CellLife::Still>())
    return std::unexpected(Error{"fork a guest from its template, which has ended", 0, ""});
  if (auto told = cell.start_as_fork(*of->link, pages_, options_.guests, clock_); !told)
    return told;
  of->has_begun(cell.ref().task);
  return {};
}

void Watch::go_on_if_done(std::uint32_t cell_number, std::uint32_t reported) {
  RunningCell* cell = cells_.find(cell_number);
  if (cell == nullptr) return;
  cell->has_begun(reported);  // also one that never got its guest
  if (cell->to_begin.empty() && count_within(*cell) == 0) cell->go_on_after_tests(clock_.now());
}

// Of its tasks, those whose cells are there or will be requested again.
std::size_t Watch::count_within(const RunningCell& cell) const {
  const std::uint32_t number = cell.ref().cell;
  const auto there = std::ranges::count_if(cells_, [number](const auto& other) {
    return other->within() == number && !other->life().template is<CellLife::Done>();
  });
  const auto again = std::ranges::count(again_, number, &CellTask::within);
  return static_cast<std::size_t>(there + again);
}

// A template that has ended takes its forks along: PR_SET_PDEATHSIG. What had not begun goes back
// to the source, with the template's own end.
void Watch::end_forks_of(const RunningCell& cell) {
  const std::uint32_t number = cell.ref().cell;
  std::erase_if(again_, [&](const CellTask& task) { return task.within == number; });
  for (const auto& fork : cells_) {
    if (fork->within() != number) continue;
    if (fork->life().guest()) {
      if (fork->kill(KilledFor::kEndOfRun, clock_.now())) {
        fork->guest_not_born(Error{"go on: the template that it was forked from has ended", 0, ""},
                             clock_.now());
      } else {
        fork->guest_ended(SIGKILL, {}, clock_.now());
      }
      dismantle(*fork);
    } else if (fork->life().is<CellLife::Building>() || fork->life().is<CellLife::Standing>() ||
               fork->life().is<CellLife::GivenBack>()) {
      std::ignore = builder_->dismantle(fork->ref().cell);
      pages_.give_back(std::exchange(fork->page, nullptr));
      fork->finish_without_guest();
    }
  }
}

}  // namespace cloister
