#include "adapters/googletest/joined_report.h"

#include <utility>

#include "adapters/googletest/messages.h"

namespace cloister::googletest {
namespace {

void append(Output& to, const Output& more) {
  to.kept += more.kept;
  to.dropped += more.dropped;
}

// Phases, events and output of both, one after the other.
void append(CellReport& to, const CellReport& more) {
  const std::uint64_t out = to.out.kept.size();
  const std::uint64_t err = to.err.kept.size();
  for (PhaseStart phase : more.phases) {
    phase.out_offset += out;
    phase.err_offset += err;
    to.phases.push_back(phase);
  }
  for (Event event : more.events) {
    shift_offsets(event, out, err);
    to.events.push_back(std::move(event));
  }
  append(to.out, more.out);
  append(to.err, more.err);
}

}  // namespace

void put_before(CellReport& test, const CellReport& earlier) {
  CellReport whole = earlier;
  append(whole, test);
  test.out = std::move(whole.out);
  test.err = std::move(whole.err);
  test.phases = std::move(whole.phases);
  test.events = std::move(whole.events);
}

void put_after(CellReport& test, const CellReport& later) {
  const bool ended_well = std::holds_alternative<Finished>(later.outcome) ||
                          std::holds_alternative<Interrupted>(later.outcome);
  if (!ended_well && std::holds_alternative<Finished>(test.outcome)) {
    test.outcome = later.outcome;
    test.said_finished = later.said_finished;
  }
  append(test, later);
}

}  // namespace cloister::googletest
