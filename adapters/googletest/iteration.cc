#include "adapters/googletest/iteration.h"

#include <fmt/format.h>
#include <stdio.h>

#include <algorithm>
#include <utility>

namespace cloister::googletest {

Iteration::Iteration(const Registry& registry, std::vector<TestId> order, WardenLink link)
    : registry_(registry),
      order_(std::move(order)),
      inbox_(std::move(link)),
      interruption_(inbox_.warden()),
      pausing_(std::in_place, inbox_.warden()) {}

RecordPtr Iteration::wait_for(TestId id) {
  RecordPtr record = inbox_.wait_for(id);
  if (Interruption::came()) interrupt();
  if (record != nullptr) return record;
  return Interruption::came() ? not_run_ : inbox_.give_up(id);
}

void Iteration::finish(TestId id) {
  finished_.insert(id);
  inbox_.drop(id);
}

// Says what was running, and makes GoogleTest pass over what did not run: only what is known is
// reported.
void Iteration::interrupt() {
  if (not_run_ != nullptr) return;
  inbox_.take_all();
  CellReport nothing;
  nothing.outcome = Interrupted{};
  not_run_ = std::make_shared<Record>(make_record(std::move(nothing)));
  std::string running;
  for (const TestId id : order_) {
    const RecordPtr record = inbox_.find(id);
    if (record == nullptr || !std::holds_alternative<Interrupted>(record->cell.outcome)) continue;
    running += fmt::format("  {} ({:.2f} s)\n", full_name(registry_.test(id)),
                           static_cast<double>(record->cell.usage.wall.count()) / 1e6);
  }
  const auto unknown = [this](TestId id) {
    return !finished_.contains(id) && inbox_.find(id) == nullptr;
  };
  const auto not_run = std::ranges::count_if(order_, unknown);
  registry_.deselect(unknown);
  fflush(stdout);
  fmt::print(stderr, "cloister: interrupted by {} while {}\n{}cloister: {} test{} not run\n",
             Interruption::name(), what_ran(running), running, not_run,
             not_run == 1 ? " was" : "s were");
}

std::string Iteration::what_ran(std::string_view running) const {
  if (inbox_.gave_up()) {
    return fmt::format(
        "it is not known what was running: the warden, which runs the tests, said nothing for {} s "
        "and was killed",
        Inbox::kMostSilence.count());
  }
  return running.empty() ? "no test was running" : "these were running:";
}

void Iteration::close() {
  pausing_.reset();
  Interruption::forget_warden();
  inbox_.close();
}

}  // namespace cloister::googletest
