// The watch loop: keeps as many cells busy as it is told, follows each from its plan to its report,
// and never blocks on any of them. One thread, one poll(2). It knows nothing of tests: what to run
// comes from a CellSource, what happens goes to an EventSink.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <cloister/report.h>

#include "framework/audit/meetings.h"
#include "framework/events/guest_side.h"
#include "framework/files/ledger.h"
#include "framework/kernel/fd.h"
#include "framework/kernel/unforked.h"
#include "framework/launch/cell_builder.h"
#include "framework/launch/cell_pages.h"
#include "framework/watch/admission.h"
#include "framework/watch/outbox.h"
#include "framework/watch/room.h"
#include "framework/watch/run_event.h"
#include "framework/watch/running_cell.h"

namespace cloister {

struct CellTask {
  std::uint32_t id = 0;
  Result<SharedPlan> plan;
  // That the guest shall have in its cell, where the kernel can do so: pids.h. 0 is any.
  pid_t guest_pid = 0;
};

class CellSource {
 public:
  virtual ~CellSource() = default;
  // The next cell to run, nothing when there are no more.
  virtual std::optional<CellTask> next() = 0;
};

struct WatchOptions {
  int jobs = 1;  // guests that run at once
  // When set, `jobs` is not asked: more run at once while what this looks at has room for them.
  std::function<Load(Clock::time_point now)> load{};
  GuestOptions guests{};
  // A guest starts only when one before it is reported, not when it has merely ended: for a source
  // that stops after a report.
  bool wait_for_reports = false;
  Patience patience{};
  std::optional<sigset_t> guest_mask{};  // that guests begin with; that of who makes the loop
};

// What run() returns in a guest: the number of its cell and its side of the pipes.
struct GuestCall {
  std::uint32_t id = 0;
  GuestSide side;
};

class Watch : public InUnforkedMemory {
 public:
  // `builder` is empty where the host has no cells at all. `outbox` is flushed by the loop, and the
  // end of its reader ends the run.
  static Result<std::unique_ptr<Watch>> make(std::optional<CellBuilder> builder,
                                             WatchOptions options, CellSource& source,
                                             EventSink& sink, Outbox& outbox);
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Runs every cell of the source, as the outbox's reader says (outbox.h). Returns nothing in the
  // watching process, when all are reported or the reader is gone; and a GuestCall in each guest,
  // where the Watch must never be destroyed: its descriptors are not open there.
  std::optional<GuestCall> run();

  // What makes the cells, for another Watch, when run() has returned nothing.
  std::optional<CellBuilder> take_builder() { return std::exchange(builder_, std::nullopt); }

 private:
  Watch(std::optional<CellBuilder> builder, WatchOptions options, Admission admission,
        const Room& room, CellSource& source, EventSink& sink, Outbox& outbox, CellPages pages,
        Unforked<DrainBuffer> drain_buffer, Fd child_signals, Fd null, sigset_t guest_mask);

  // What happens, to the sink.
  template <typename Event>
  void tell(Event&& event) {
    sink_.take({Clock::now(), std::forward<Event>(event)});
  }

  // beginning.cc: from the source to a running guest, and back where something is short.
  void look_at_load();
  bool may_begin() const;
  std::optional<CellTask> next_task();
  void fill();
  void begin(CellTask task);
  std::optional<GuestCall> start_guests();
  void refuse(RunningCell& cell, const Error& error);
  void refuse_or_wait(RunningCell& cell, const Error& error);
  void admit_fewer(const Error& error, std::size_t others);
  RunningCell* standing_beside(const RunningCell& cell);
  void ask_again(RunningCell& cell);

  void wait_for_events();
  void hear_builder();
  void hear(BuilderNews news);
  void reap_children();
  void look_at_clocks();
  void hear_reader();
  void pause();
  void go_on();
  void end_early();
  void give_up(RunningCell& cell);
  void report_done(RunningCell& cell, const BuilderReply* gone);
  void take_files(RunningCell& cell, CellReport& report);
  std::string save_failed(RunningCell& cell, CellReport& report);
  void take_audit(RunningCell& cell, CellReport& report);
  RunningCell* find(std::uint32_t id);
  std::size_t count(CellStage stage) const;
  std::size_t count_alive() const;
  bool has_more_to_start() const;

  std::optional<CellBuilder> builder_;
  WatchOptions options_;
  Admission admission_;
  CellSource& source_;
  EventSink& sink_;
  Outbox& outbox_;
  CellPages pages_;
  Unforked<DrainBuffer> drain_buffer_;
  Fd child_signals_;
  Fd null_;
  sigset_t guest_mask_;
  struct sigaction old_child_action_{};
  std::size_t most_cells_;
  std::optional<rlimit> guests_descriptors_;
  FileLedger ledger_;
  VisitBook visits_;
  UnforkedPool<RunningCell> memory_;  // before what points into it
  std::vector<UnforkedPool<RunningCell>::Pointer> cells_;
  std::vector<CellTask> again_;   // whose cells could not be had while others had theirs
  bool wait_for_an_end_ = false;  // with the next cell
  bool said_short_ = false;
  bool source_empty_ = false;
  bool reader_gone_ = false;
  bool ending_early_ = false;
  std::optional<Clock::time_point> paused_;  // since when
};

}  // namespace cloister
