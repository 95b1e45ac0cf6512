#include "framework/watch/cell_files.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "framework/files/put_in_place.h"

namespace cloister {
namespace {

// A name is a path of its own: one with a slash makes directories. Why it could not be saved, or
// "".
std::string save_failed(const RunningCell& cell, CellReport& report, EventSink& sink) {
  const WatchPlan& plan = cell.plan().watch;
  if (plan.keep_failed.empty()) return "";
  const std::string name = sink.name_of_failed(cell.ref(), report);
  if (name.empty()) return "";
  const std::string where = fmt::format("{}/{}", plan.keep_failed, name);
  const auto saved = save_changes(cell.init().views, {.directories = plan.views}, where);
  return saved ? "" : saved.error().text();
}

}  // namespace

void CellFiles::take_written(const RunningCell& cell, CellReport& report, EventSink& sink) {
  if (!cell.init().views.open()) return;
  std::string unsaved = save_failed(cell, report, sink);
  Writer writer = cell.as_writer();
  if (cell.set_up_taken) writer.started = writer.ended;  // no test of it runs any more
  take(cell, writer, report, sink);
  report.files.unsaved = std::move(unsaved);
}

void CellFiles::take_set_up(RunningCell& cell, CellReport& report, EventSink& sink) {
  if (!cell.init().views.open()) return;
  Writer writer = cell.as_writer();
  writer.ended = Clock::now();
  take(cell, writer, report, sink);
  // By the clock that files are stamped with.
  cell.set_up_taken.emplace();
  ::clock_gettime(CLOCK_REALTIME_COARSE, &*cell.set_up_taken);
}

void CellFiles::take(const RunningCell& cell, const Writer& writer, CellReport& report,
                     EventSink& sink) {
  const WatchPlan& plan = cell.plan().watch;
  const Fd& views = cell.init().views;
  std::vector<FileConflict> conflicts;
  report.files = take_changes(views,
                              {.directories = plan.views,
                               .keep = plan.keep_files,
                               // A template's forks still see what its set-up wrote.
                               .may_move = plan.is_stored && !cell.life().is<CellLife::Still>(),
                               .outputs = plan.outputs,
                               .since = cell.set_up_taken},
                              writer, ledger_, conflicts);
  if (plan.conflicts == FileConflicts::kNote) {
    for (FileConflict& conflict : conflicts)
      sink.take({Clock::now(), FileCollisionEvent{cell.ref(), std::move(conflict)}});
  } else if (plan.conflicts == FileConflicts::kFail) {
    report.files.conflicts = std::move(conflicts);
  }
}

void CellFiles::take_audit(RunningCell& cell, const Cells& cells, CellReport& report) {
  if (!cell.auditor) return;
  std::vector<Meeting> meetings;
  auto first_start = Clock::now();
  const PathUses& paths = cell.auditor->paths();
  for (const auto& other : cells) {
    if (other.get() == &cell || !other->auditor || other->life().is<CellLife::Done>()) continue;
    VisitBook::meet_running(paths, other->ref().task, other->auditor->paths(), meetings);
    first_start = std::min(first_start, other->as_writer().started);
  }
  visits_.meet(cell.as_writer(), paths, meetings);
  visits_.forget_before(first_start);
  report.audit = cell.auditor->take();
  report.audit.meetings = std::move(meetings);
}

bool has_files_to_keep(const RunningCell& cell) {
  const WatchPlan& plan = cell.plan().watch;
  return cell.life().is<CellLife::Ending>() && plan.keep_files && cell.init().views.open() &&
         has_written(cell.init().views, plan.views.size());
}

}  // namespace cloister
