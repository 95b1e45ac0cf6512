// The watch loop: keeps as many cells busy as it is told to, follows each from its plan to its
// report, and never blocks on any of them. One thread, one poll(2). It knows nothing of tests: a
// CellSource says what to run, and events go to an EventSink.
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

#include "framework/events/guest_side.h"
#include "framework/kernel/fd.h"
#include "framework/kernel/unforked.h"
#include "framework/launch/cell_builder.h"
#include "framework/launch/cell_pages.h"
#include "framework/watch/admission.h"
#include "framework/watch/cell_files.h"
#include "framework/watch/cell_source.h"
#include "framework/watch/cells.h"
#include "framework/watch/outbox.h"
#include "framework/watch/room.h"
#include "framework/watch/run_clock.h"
#include "framework/watch/run_event.h"
#include "framework/watch/running_cell.h"

namespace cloister {

struct WatchOptions {
  int jobs = 1;  // guests that run at once
  // If set, `jobs` is ignored: more guests run at once while the measured load leaves room.
  std::function<Load(Clock::time_point now)> load{};
  GuestOptions guests{};
  // A guest starts only after an earlier one is reported, not merely ended. For a source that stops
  // after a report.
  bool wait_for_reports = false;
  Patience patience{};
  bool tell_output = false;              // tell what guests print as it comes: OutputEvent
  std::optional<sigset_t> guest_mask{};  // for guests; default: that of make()'s caller
};

// What run() returns in a guest: the number of its task and its side of the pipes.
struct GuestCall {
  std::uint32_t task = 0;
  GuestSide side;
  std::vector<std::uint32_t> more{};  // tasks that it goes on with: GuestSide::begin_task
};

class Watch : public InUnforkedMemory {
 public:
  // `builder` is empty if the host has no cells at all. The loop flushes `outbox`; when its reader
  // is gone, the run ends.
  static Result<std::unique_ptr<Watch>> make(std::optional<CellBuilder> builder,
                                             WatchOptions options, CellSource& source,
                                             EventSink& sink, Outbox& outbox);
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Runs every cell of the source, and obeys the outbox's reader (outbox.h). In the warden it
  // returns nothing, when all are reported or the reader is gone. In each guest it returns a
  // GuestCall; there the Watch must never be destroyed, because its descriptors are not open.
  std::optional<GuestCall> run();

  // The maker of cells, to pass to another Watch after run() has returned nothing.
  std::optional<CellBuilder> take_builder() { return std::exchange(builder_, std::nullopt); }

 private:
  Watch(std::optional<CellBuilder> builder, WatchOptions options, Admission admission,
        const Room& room, CellSource& source, EventSink& sink, Outbox& outbox, CellPages pages,
        Unforked<DrainBuffer> drain_buffer, Fd child_signals, Fd null, sigset_t guest_mask);

  // Sends an event to the sink.
  template <typename Event>
  void tell(Event&& event) {
    sink_.take({Clock::now(), std::forward<Event>(event)});
  }

  // beginning.cc: from the source to a running guest, and back if something is short.
  void look_at_load();
  bool may_ask_source() const;
  bool may_begin() const;
  bool is_at_end() const;
  std::optional<CellTask> next_task();
  void fill();
  void begin(CellTask task);
  std::optional<GuestCall> start_guests();
  void refuse(RunningCell& cell, const Error& error);
  void refuse_or_wait(RunningCell& cell, const Error& error);
  void admit_fewer(const Error& error, std::size_t others);
  RunningCell* standing_beside(const RunningCell& cell);
  void ask_again(RunningCell& cell);
  bool has_more_to_start() const;

  void wait_for_events();
  int timeout(Clock::time_point now) const;
  void hear_builder();
  void hear(BuilderNews news);
  void hear_gone(RunningCell& cell, const BuilderReply& words);
  void reap_children();
  void dismantle(RunningCell& cell);
  void look_at_clocks();
  bool drain(RunningCell& cell, int stream);
  void hear_reader();
  void pause();
  void go_on();
  void end_early();
  void give_up(RunningCell& cell);
  void tell_ended_tasks(RunningCell& cell);

  // templates.cc: guests that others are forked from.
  void hear_template(RunningCell& cell);
  void hear(RunningCell& cell, const TemplateSays& says);
  void tell_choice(const RunningCell& cell, const TemplateWord& word);
  void stand_still(RunningCell& cell, TemplateKind kind);
  Result<void> start_fork(RunningCell& cell);
  RunningCell* with_tasks_to_begin() const;
  std::size_t count_within(const RunningCell& cell) const;
  bool must_wait_for_another(const RunningCell& cell) const;
  CellTask next_in_template(RunningCell& cell);
  bool may_begin_template() const;
  void go_on_if_done(std::uint32_t cell_number, std::uint32_t reported);
  void end_forks_of(const RunningCell& cell);

  void report_done(RunningCell& cell, const BuilderReply* gone);
  void tell_end(const RunningCell& cell, CellReport report);

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
  RunClock clock_;
  Cells cells_;
  CellFiles files_;
  std::vector<CellTask> again_;        // those that got no cell while others had theirs
  bool no_more_ = false;               // the source has no more
  Clock::time_point ask_source_at_{};  // not before that, unless a cell has ended
  bool wait_for_an_end_ = false;       // before the next cell
  bool said_short_ = false;
  bool reader_gone_ = false;
  bool ending_early_ = false;
};

}  // namespace cloister
