// What the tests of a run have written and asked for. When a cell has ended, this takes its files,
// puts them in place or saves them, and compares them with those of other cells.
#pragma once

#include <string>

#include <cloister/report.h>

#include "framework/audit/meetings.h"
#include "framework/files/ledger.h"
#include "framework/watch/cells.h"
#include "framework/watch/run_event.h"

namespace cloister {

class CellFiles {
 public:
  // `cell` has ended. Conflicts that are notes go to the sink; the others go into the report.
  void take_written(const RunningCell& cell, CellReport& report, EventSink& sink);
  // `cell` is a template that stands still: what its set-up wrote is taken now, before its tests
  // write. What it writes later is taken at its end.
  void take_set_up(RunningCell& cell, CellReport& report, EventSink& sink);
  void take_audit(RunningCell& cell, const Cells& cells, CellReport& report);

 private:
  void take(const RunningCell& cell, const Writer& writer, CellReport& report, EventSink& sink);

  FileLedger ledger_;
  VisitBook visits_;
};

// Whether its guest has ended and what it wrote in its views still has to be put in place.
bool has_files_to_keep(const RunningCell& cell);

}  // namespace cloister
