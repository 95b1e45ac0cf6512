// A phase that every cell goes through but the report shows once: that of the first cell that has
// something to show there, plus failures that occurred only in others.
#pragma once

#include <vector>

#include "adapters/googletest/inbox.h"

namespace cloister::googletest {

class ShownOnce {
 public:
  explicit ShownOnce(Phase phase) : phase_(phase) {}

  // A cell that ended well. For other cells, everything is shown with their tests.
  void take(const RecordPtr& record);
  void clear();

  Phase phase() const { return phase_; }
  const RecordPtr& shown() const { return shown_; }
  // Failures that the one shown does not have.
  std::vector<Part> others() const;

 private:
  Phase phase_;
  RecordPtr shown_;
  std::vector<Part> others_;
};

// Whose record is shown for what all tests have in common.
struct ShownRecords {
  RecordPtr program_start;
  RecordPtr iteration_start;
  RecordPtr environments;
  RecordPtr suite;
  ShownOnce suite_tear_down{Phase::kSuiteTearDown};
  ShownOnce environment_tear_down{Phase::kEnvironmentTearDown};
  ShownOnce iteration_end{Phase::kIterationEnd};
  ShownOnce program_end{Phase::kProgramEnd};

  // For a stretch before a test's body; nullptr when there is none.
  const Record* of(Phase phase) const;
};

// Whether it has a part of that stretch from the same place.
bool has_the_same(const Record& record, const Part& wanted);

}  // namespace cloister::googletest
