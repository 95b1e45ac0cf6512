// The events of a run as they happen: one stream, for everything that shows, records or judges it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <cloister/report.h>

#include "framework/kernel/clock.h"
#include "framework/protocol/protocol.h"
#include "framework/report/guest_end.h"

namespace cloister {

// The cell that an event is about.
struct CellRef {
  std::uint32_t task = 0;  // the number that the source gave to the task
  std::uint32_t cell = 0;  // unique within the run
};

// The guest has been forked. The pid is that which the warden sees.
struct GuestStartEvent {
  CellRef of{};
  pid_t guest = 0;
};
// A signal has stopped the guest: wait(2), WIFSTOPPED.
struct GuestStopEvent {
  CellRef of{};
};
// The cell has been running for its notice time.
struct SlowCellEvent {
  CellRef of{};
  std::chrono::milliseconds notice_after{};
  std::chrono::milliseconds deadline{};  // 0 is none
};
// What the guest printed, as it came; both streams if they are joined. Only if
// WatchOptions::tell_output asks for it. The report has it as well.
struct OutputEvent {
  CellRef of{};
  bool is_err = false;
  std::string bytes{};
};
// The run has killed everything in the cell.
struct CellKillEvent {
  CellRef of{};
  KilledFor reason{};
};
// Two cells that ran at the same time changed the same file. The later one's, by its number, is in
// place. Once for each path.
struct FileCollisionEvent {
  CellRef of{};
  FileConflict conflict{};
};
// From now on at most this many guests run at once, because the host lacks what the text names.
// Sent once, for the first such shortage.
struct ShortageEvent {
  std::string words{};
};
// The run was told to end. What ran was killed; what did not run yet never will.
struct RunStopEvent {};
// A guest with several tasks goes on to the next. The report is about the one before: what the
// guest said and printed, and how long that took. The rest is known at the cell's end.
struct TaskEndEvent {
  CellRef of{};
  CellReport report{};
};
// A guest that may be a template of any kind has decided for one, or against all: why.
struct TemplateChoiceEvent {
  CellRef of{};
  std::string words{};
};
// The guest stands still as a template for these tasks: their cells will be within its own. The
// report is about its set-up.
struct SetUpEndEvent {
  CellRef of{};
  CellReport report{};
  std::vector<std::uint32_t> tasks{};
};
// The last event of a cell: it is gone, and what it wrote is in its final place. The report is
// about the task that the guest had come to.
struct CellEndEvent {
  CellRef of{};
  CellReport report{};
  std::vector<std::uint32_t> not_begun{};  // tasks that the guest did not come to
  std::uint32_t within = kNoTemplate;      // the cell of the template that its guest was a fork of
};

// To add an event, add an alternative here and an on() below.
struct RunEvent {
  Clock::time_point at{};  // when it happened
  std::variant<GuestStartEvent, GuestStopEvent, SlowCellEvent, OutputEvent, CellKillEvent,
               FileCollisionEvent, ShortageEvent, RunStopEvent, TaskEndEvent, TemplateChoiceEvent,
               SetUpEndEvent, CellEndEvent>
      what{};
};

class EventSink {
 public:
  virtual ~EventSink() = default;
  // Calls on(), if the sink does not want the event as it is.
  virtual void take(RunEvent&& event) {
    std::visit([this](auto&& each) { on(std::forward<decltype(each)>(each)); },
               std::move(event.what));
  }
  // The name of the test, usable as a file name, if the cell's end means that it failed; "" if not.
  // Asked before the cell's end is reported, if files of failed tests are saved.
  virtual std::string name_of_failed(const CellRef& /*of*/, CellReport& /*report*/) { return ""; }

 protected:
  // A sink has those that concern it.
  virtual void on(GuestStartEvent&&) {}
  virtual void on(GuestStopEvent&&) {}
  virtual void on(SlowCellEvent&&) {}
  virtual void on(OutputEvent&&) {}
  virtual void on(CellKillEvent&&) {}
  virtual void on(FileCollisionEvent&&) {}
  virtual void on(ShortageEvent&&) {}
  virtual void on(RunStopEvent&&) {}
  virtual void on(TaskEndEvent&&) {}
  virtual void on(TemplateChoiceEvent&&) {}
  virtual void on(SetUpEndEvent&&) {}
  virtual void on(CellEndEvent&&) = 0;
};

}  // namespace cloister
