// The life of a cell, from its request to its report: which states there are, what is true in each,
// and what can come next. Makes no system call and looks at no clock: what happened and when is
// told to it. docs/ARCHITECTURE.md has a drawing.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <variant>

#include "framework/kernel/clock.h"
#include "framework/report/guest_end.h"

namespace cloister {

// How long a cell is waited for where the kernel, or somebody who holds its processes, may keep it
// for ever. Each takes milliseconds; these stand for an overloaded host.
struct Patience {
  std::chrono::milliseconds building = std::chrono::seconds(60);
  std::chrono::milliseconds dying = std::chrono::seconds(10);
};

class CellLife {
 public:
  using Time = Clock::time_point;

  struct Building {  // the builder is at work
    Clock::time_point since{};
  };
  struct Standing {};  // there is no guest yet
  struct Running {
    pid_t guest = 0;
    Clock::time_point started{};
    bool noticed = false;  // that it is slow
  };
  struct Killed {  // and not dead yet
    pid_t guest = 0;
    Clock::time_point started{};
    KilledFor reason{};
    Clock::time_point at{};
  };
  struct Ending {  // the guest is reaped, the builder dismantles
    GuestEnd guest{};
  };
  // Dismantled without a guest, so that others can have theirs; to be asked for again.
  struct GivenBack {};
  struct Done {
    std::optional<GuestEnd> guest{};  // nothing when there never was one
  };
  using State = std::variant<Building, Standing, Running, Killed, Ending, GivenBack, Done>;

  struct Bounds {
    std::chrono::milliseconds deadline{};      // 0 is never
    std::chrono::milliseconds notice_after{};  // 0 is never
    Patience patience{};
  };

  CellLife(const Bounds& bounds, Time now) : bounds_(bounds), state_(Building{now}) {}

  const State& state() const { return state_; }
  template <typename Which>
  bool is() const {
    return std::holds_alternative<Which>(state_);
  }
  template <typename Which>
  const Which* as() const {
    return std::get_if<Which>(&state_);
  }
  // There is one, killed or not, and it has not been reaped.
  std::optional<pid_t> guest() const;

  // What happened. False where that cannot be in the present state, which then stays.
  bool stand();                       // Building: the cell is there, or there is nothing to build
  bool start(pid_t guest, Time now);  // Standing: the guest was forked
  bool notice(Time now);              // Running: its notice is due, and it was not noticed before
  bool kill(KilledFor reason, Time now);                     // Running: SIGKILL was sent
  bool reap(int wait_status, const rusage& used, Time now);  // Running, Killed
  bool give_back();                                          // Standing
  // Killed, Ending: nobody waits any longer. `init` is that of the cell.
  bool give_up(pid_t init, Time now);
  // Building, Standing, GivenBack: there will be no guest. Ending: the cell is dismantled.
  bool finish();

  // When the time alone is a reason to look at the cell again; Time::max() is never.
  Time next_due() const;
  // Running, and it has been for as long as it may.
  bool is_past_deadline(Time now) const;
  // It should have come to stand, have died, or have been dismantled long ago.
  bool is_overdue(Time now) const;

 private:
  Bounds bounds_;
  State state_;
};

}  // namespace cloister
