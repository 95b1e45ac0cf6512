// The present cells of a run, in the order in which they were begun.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "framework/kernel/unforked.h"
#include "framework/watch/running_cell.h"

namespace cloister {

class Cells {
 public:
  explicit Cells(std::size_t most) : memory_(most) {}

  // A cell with a number that no cell had before.
  RunningCell& add(const CellTask& task, SharedPlan plan, const Patience& patience,
                   Clock::time_point now) {
    return *cells_.emplace_back(memory_.make(next_number_++, task, std::move(plan), patience, now));
  }
  // Removes those that are done.
  void forget_done() {
    std::erase_if(cells_, [](const auto& cell) { return cell->life().template is<Done>(); });
  }
  // Removes those that never got a guest.
  void forget_without_guest() {
    std::erase_if(cells_, [](const auto& cell) {
      const CellLife& life = cell->life();
      return life.is<CellLife::Building>() || life.is<CellLife::Standing>() ||
             life.is<CellLife::GivenBack>();
    });
  }

  // nullptr if there is none, or if it is done.
  RunningCell* find(std::uint32_t number) const {
    return find_if([number](const RunningCell& cell) { return cell.ref().cell == number; });
  }
  RunningCell* find_guest(pid_t guest) const {
    return find_if([guest](const RunningCell& cell) { return cell.life().guest() == guest; });
  }
  template <typename State>
  std::size_t count() const {
    return count_if([](const RunningCell& cell) { return cell.life().is<State>(); });
  }
  // Those whose guest is there, killed or not, and does not stand still.
  std::size_t running() const { return count<CellLife::Running>() + count<CellLife::Killed>(); }
  // Those of templates, before and after they stand still, too.
  std::size_t templates() const {
    return count_if([](const RunningCell& cell) { return cell.is_template(); });
  }
  // Those that do not have a guest yet.
  std::size_t coming() const { return count<CellLife::Building>() + count<CellLife::Standing>(); }
  // But for templates that stand still.
  std::size_t alive() const { return moving() - count<Done>(); }

  // But for templates that stand still.
  std::size_t moving() const { return cells_.size() - count<CellLife::Still>(); }

  bool empty() const { return cells_.empty(); }
  std::size_t size() const { return cells_.size(); }
  auto begin() const { return cells_.begin(); }
  auto end() const { return cells_.end(); }
  RunningCell& operator[](std::size_t place) const { return *cells_[place]; }

 private:
  using Done = CellLife::Done;
  template <typename Is>
  RunningCell* find_if(Is is) const {
    const auto found = std::ranges::find_if(
        cells_, [&is](const auto& cell) { return !cell->life().template is<Done>() && is(*cell); });
    return found == cells_.end() ? nullptr : found->get();
  }
  template <typename Is>
  std::size_t count_if(Is is) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(cells_, [&is](const auto& cell) { return is(*cell); }));
  }

  UnforkedPool<RunningCell> memory_;  // declared before what points into it
  std::vector<UnforkedPool<RunningCell>::Pointer> cells_;
  std::uint32_t next_number_ = 0;
};

}  // namespace cloister
