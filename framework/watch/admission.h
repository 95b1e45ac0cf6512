// How many guests may run at once: a fixed number, or one that follows the measured load of the
// machine. The watch loop uses it and tells it what happens. Makes no system call and starts
// nothing. docs/decisions/0040 explains its rules.
#pragma once

#include <chrono>
#include <cstddef>

#include <cloister/units.h>

namespace cloister {

// The load of the machine, as a run measures it once.
struct Load {
  double processors = 1;  // that the run may use; 0.5 if a cgroup allows no more
  double idle = 0;        // how many of these were unused since the last measurement
  Bytes memory;           // that can be taken without evicting anything
  Bytes all_memory;       // in total, taken or free
};

class Admission {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // Time between two measurements: long enough for what has just started to show its use.
  static constexpr std::chrono::milliseconds kLook{50};

  // Always `jobs`.
  explicit Admission(int jobs) : first_(jobs), most_(jobs), jobs_(jobs) {}
  // Begins with one guest per processor. Allows more while processors are idle, up to `most`, and
  // fewer while memory is short.
  Admission(const Load& load, int most, Time now);

  int jobs() const { return jobs_; }
  int most() const { return most_; }
  // There is no room for more than this.
  void at_most(int jobs);

  // From now on this many guests run.
  void running(Time now, std::size_t guests);
  // A guest has ended; this was its peak.
  void ended(Bytes peak_memory);

  Time next_look() const { return since_ + kLook; }
  void look(Time now, const Load& load);
  // Ignores everything since the last measurement.
  void forget(Time now);

 private:
  double mean_running(Time now);

  int first_;
  int most_;
  int jobs_;
  Time since_{};    // the last measurement
  Time counted_{};  // `guest_seconds_` is counted up to here
  double guest_seconds_ = 0;
  std::size_t running_ = 0;
  Bytes usual_memory_{};
};

}  // namespace cloister
