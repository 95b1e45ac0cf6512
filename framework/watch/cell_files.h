// What the tests of a run have written and asked for: taken when a cell has ended, put in place or
// saved, and compared with that of the others.
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
  // `cell` has ended. Conflicts that are notes are told to the sink, others are in the report.
  void take_written(const RunningCell& cell, CellReport& report, EventSink& sink);
  void take_audit(RunningCell& cell, const Cells& cells, CellReport& report);

 private:
  FileLedger ledger_;
  VisitBook visits_;
};

// Its guest has ended, and what it wrote in its views is yet to be put in place.
bool has_files_to_keep(const RunningCell& cell);

}  // namespace cloister
