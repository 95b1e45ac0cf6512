// One iteration of a run, as the keeper has it: its warden, the records that come from there, and
// its interruption. Made by the keeper when GoogleTest begins an iteration, and gone at its end.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "adapters/googletest/inbox.h"
#include "adapters/googletest/interruption.h"
#include "adapters/googletest/registry.h"
#include "adapters/googletest/timing.h"
#include "framework/watch/pausing.h"

namespace cloister::googletest {

class Iteration {
 public:
  // `order`: the tests that GoogleTest has selected, at least one.
  Iteration(const Registry& registry, std::vector<TestId> order, WardenLink link);

  // The test's record; one that is_not_run() if the run was interrupted before. Waits for it.
  RecordPtr wait_for(TestId id);
  const std::vector<TestId>& order() const { return order_; }
  RecordPtr wait_for_first() { return wait_for(order_.front()); }
  bool is_not_run(const RecordPtr& record) const { return record == not_run_; }
  // The test has been replayed.
  void finish(TestId id);
  bool has_finished(TestId id) const { return finished_.contains(id); }
  bool has_finished_any() const { return !finished_.empty(); }
  Timing& timing() { return timing_; }

  // Ends the warden, and everything that still runs.
  void close();

 private:
  void interrupt();
  std::string what_ran(std::string_view running) const;

  const Registry& registry_;
  std::vector<TestId> order_;
  Inbox inbox_;
  Interruption interruption_;
  std::optional<Pausing> pausing_;
  RecordPtr not_run_;  // for all that were not run; nullptr unless the run is interrupted
  std::unordered_set<TestId> finished_;
  Timing timing_;
};

}  // namespace cloister::googletest
