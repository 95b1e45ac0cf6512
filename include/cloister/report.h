// How a cell ended, as data. The engine makes one CellReport per cell; a test framework's adapter
// turns it into a verdict. Nothing here knows pass or fail.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <cloister/units.h>

namespace cloister {

// The guest said that it was done, and its process then ended with status 0.
struct Finished {};
// The guest's process ended by itself, without having said that it was done or with a status other
// than 0.
struct Exited {
  int status = 0;
};
// A signal ended the guest that neither the deadline nor the memory cap sent.
struct Signaled {
  int signal = 0;
  bool core_dumped = false;
};
// The cell was still busy at its deadline and was killed.
struct TimedOut {
  std::chrono::milliseconds deadline{};
};
// The kernel killed the guest because its cell had reached the memory cap.
struct OutOfMemory {
  Bytes cap;
};
// The cell could not be made, or lacks what the test asked for: the guest never ran.
struct SetupFailed {
  std::string why;
};
// What came out of the guest's event pipe was not what a guest sends.
struct ProtocolBroken {
  std::string why;
};

using Outcome =
    std::variant<Finished, Exited, Signaled, TimedOut, OutOfMemory, SetupFailed, ProtocolBroken>;

// What a cell used. Zero where the host cannot measure it.
struct Usage {
  std::chrono::microseconds wall{};      // from the guest's start to its end
  std::chrono::microseconds user_cpu{};  // of the guest and the children it waited for: wait4(2)
  std::chrono::microseconds system_cpu{};
  Bytes peak_memory;            // of the whole cell by its cgroup, else of the guest (ru_maxrss)
  std::uint64_t oom_kills = 0;  // processes of the cell that the memory cap killed
  std::uint64_t refused_forks = 0;  // times the process cap said no (cgroup v1 and v2: pids.events)
};

// A process that was still alive in the cell when its guest had ended.
struct Survivor {
  int pid = 0;       // inside the cell
  std::string name;  // comm, by proc(5)
};

// One message of the guest; what `kind` and `payload` mean is the adapter's business.
struct Event {
  std::uint16_t kind = 0;
  std::string payload;
};

// A stretch of the guest's life, numbered by the adapter, and how much it had printed when it
// began.
struct PhaseStart {
  std::uint8_t phase = 0;
  std::uint64_t out_offset = 0;
  std::uint64_t err_offset = 0;
};

// What the guest printed on one stream: the first bytes up to the configured amount, and how many
// were dropped.
struct Output {
  std::string kept;
  std::uint64_t dropped = 0;
};

struct CellReport {
  std::uint32_t id = 0;  // the number its starter gave the cell
  Outcome outcome;
  // The guest had sent its last message (it may still have died afterwards).
  bool said_finished = false;
  Usage usage;
  Output out;  // holds both streams, in the order written, when the cell was told to join them
  Output err;
  std::vector<PhaseStart> phases;
  std::vector<Event> events;
  std::vector<Survivor> survivors;  // the first few of them
  std::uint32_t survivor_count = 0;
};

}  // namespace cloister
