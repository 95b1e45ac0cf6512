// The time of a run. It stands still while the user has stopped the run, so no clock of a test
// advances then.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "framework/kernel/clock.h"

namespace cloister {

class RunClock {
 public:
  // A test passes a clock that it sets.
  explicit RunClock(std::function<Clock::time_point()> now = Clock::now) : real_(std::move(now)) {}

  Clock::time_point now() const { return stopped_at_.value_or(real_()) - stopped_; }
  bool is_stopped() const { return stopped_at_.has_value(); }
  // Each does nothing if already in that state.
  void stop() {
    if (!stopped_at_) stopped_at_ = real_();
  }
  void go_on() {
    if (stopped_at_) stopped_ += real_() - *std::exchange(stopped_at_, std::nullopt);
  }

 private:
  std::function<Clock::time_point()> real_;
  std::optional<Clock::time_point> stopped_at_;  // by the real clock
  Clock::duration stopped_{};                    // in total, before that
};

}  // namespace cloister
