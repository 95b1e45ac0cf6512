// What happens in a run, as it happens: one stream, for whoever shows, records or judges it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

#include <cloister/report.h>

#include "framework/kernel/clock.h"
#include "framework/report/guest_end.h"

namespace cloister {

// Of whom an event is told.
struct CellRef {
  std::uint32_t task = 0;  // the number that the source gave it
  std::uint32_t cell = 0;  // no other cell of the run has the same
};

// The guest, as the warden knows it, has been forked.
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
// What the guest printed, as it came: of both streams when they are joined. Only where
// WatchOptions::tell_output asks for it; the report has it all the same.
struct OutputEvent {
  CellRef of{};
  bool is_err = false;
  std::string bytes{};
};
// Everything in the cell has been killed by the run.
struct CellKillEvent {
  CellRef of{};
  KilledFor reason{};
};
// Two cells that ran at the same time changed the same file: what the later one of them, by its
// number, wrote is there. Once for each path.
struct FileCollisionEvent {
  CellRef of{};
  FileConflict conflict{};
};
// No more than so many guests run at once from here on, for want of something that the words name.
// Once, with the first such want.
struct ShortageEvent {
  std::string words{};
};
// The run was told to end: what ran was killed, what did not run yet never will.
struct RunStopEvent {};
// The last of a cell: it is gone, and what it wrote is where it is to be.
struct CellEndEvent {
  CellRef of{};
  CellReport report{};
};

// To add an event: an alternative here. The compiler names every sink that does not know it.
struct RunEvent {
  Clock::time_point at{};  // when it happened
  std::variant<GuestStartEvent, GuestStopEvent, SlowCellEvent, OutputEvent, CellKillEvent,
               FileCollisionEvent, ShortageEvent, RunStopEvent, CellEndEvent>
      what{};
};

class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void take(RunEvent&& event) = 0;
  // The name of the test, as of a file, if the cell's end means that it failed; "" if not. Asked
  // before the cell's end is told, where what failed tests wrote is saved.
  virtual std::string name_of_failed(CellReport& /*report*/) { return ""; }
};

}  // namespace cloister
