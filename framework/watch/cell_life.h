// The life of a cell, from its request to its report: the states, what is true in each, and which
// can follow. Makes no system call and reads no clock: the caller tells it what happened and when.
// docs/ARCHITECTURE.md has a drawing.
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

// How long to wait for a cell that the kernel, or somebody who holds its processes, may keep for
// ever. Each wait normally takes milliseconds; these values allow for an overloaded host.
struct Patience {
  std::chrono::milliseconds building = std::chrono::seconds(60);
  std::chrono::milliseconds dying = std::chrono::seconds(10);
};

class CellLife {
 public:
  using Time = Clock::time_point;

  struct Building {  // the builder is working on it
    Clock::time_point since{};
  };
  struct Standing {};  // there is no guest yet
  struct Running {
    pid_t guest = 0;              // 0 until a template has said which fork it is
    Clock::time_point started{};  // or when the present of several tasks was
    bool noticed = false;         // the notice that it is slow was given
  };
  // The guest is a template that waits while others are forked from it.
  struct Still {
    pid_t guest = 0;
  };
  struct Killed {  // and not dead yet
    pid_t guest = 0;
    Clock::time_point started{};
    KilledFor reason{};
    Clock::time_point at{};
  };
  struct Ending {  // the guest is reaped; the builder dismantles the cell
    GuestEnd guest{};
  };
  // Dismantled without a guest, to make room for other guests. It will be requested again.
  struct GivenBack {};
  struct Done {
    std::optional<GuestEnd> guest{};  // empty if there never was one
  };
  using State = std::variant<Building, Standing, Running, Still, Killed, Ending, GivenBack, Done>;

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
  // The guest, killed or not, until it has been reaped.
  std::optional<pid_t> guest() const;

  // What happened. False if that is impossible in the present state, which then stays.
  bool stand();                           // Building: the cell is there, or nothing had to be built
  bool start(pid_t guest, Time now);      // Standing: the guest was forked
  bool name_guest(pid_t guest);           // Running: the template has forked it
  bool next_task(Time now);               // Running: its times are measured from now on
  bool stand_still();                     // Running: it is a template
  bool go_on(Time now);                   // Still: no more will be forked
  bool notice(Time now);                  // Running: its notice is due and was not given before
  bool kill(KilledFor reason, Time now);  // Running, Still: SIGKILL was sent
  bool reap(int wait_status, const rusage& used, Time now);  // Running, Still, Killed
  bool give_back();                                          // Standing
  // Killed, Ending: the loop stops waiting. `init` is that of the cell.
  bool give_up(pid_t init, Time now);
  // Building, Standing, GivenBack: there will be no guest. Ending: the cell is dismantled.
  bool finish();

  // When the cell must be looked at again even if nothing happens; Time::max() is never.
  Time next_due() const;
  // It is running, and its deadline has passed.
  bool is_past_deadline(Time now) const;
  // It should have been built, have died, or have been dismantled long ago.
  bool is_overdue(Time now) const;

 private:
  Bounds bounds_;
  State state_;
};

}  // namespace cloister
