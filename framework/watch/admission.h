// How many guests may run at once: a fixed number, or one that follows what looks at the machine
// show. Used by the watch loop, which tells it what happens; makes no system call and starts
// nothing. docs/decisions/0040 says why it decides so.
#pragma once

#include <chrono>
#include <cstddef>

#include <cloister/units.h>

namespace cloister {

// The machine as a run finds it, at one look.
struct Load {
  double processors = 1;  // that the run may use; 0.5 where a cgroup allows no more
  double idle = 0;        // of these, unused since the look before
  Bytes memory;           // that can be taken without pushing anything out
  Bytes all_memory;       // taken and not
};

class Admission {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // Between two looks: long enough for what has just started to show its use.
  static constexpr std::chrono::milliseconds kLook{50};

  // Always `jobs`.
  explicit Admission(int jobs) : first_(jobs), most_(jobs), jobs_(jobs) {}
  // Begins with a guest for each processor. More while processors are idle, to `most`; fewer while
  // memory is short.
  Admission(const Load& load, int most, Time now);

  int jobs() const { return jobs_; }
  int most() const { return most_; }
  // There is no room for more.
  void at_most(int jobs);

  // That many guests run from now on.
  void running(Time now, std::size_t guests);
  // A guest has ended that had taken so much.
  void ended(Bytes peak_memory);

  Time next_look() const { return since_ + kLook; }
  void look(Time now, const Load& load);
  // What was since the last look does not count.
  void forget(Time now);

 private:
  double mean_running(Time now);

  int first_;
  int most_;
  int jobs_;
  Time since_{};    // the last look
  Time counted_{};  // up to when `guest_seconds_` goes
  double guest_seconds_ = 0;
  std::size_t running_ = 0;
  Bytes usual_memory_{};
};

}  // namespace cloister
