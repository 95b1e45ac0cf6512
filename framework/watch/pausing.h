// When the user's terminal stops the keeper (SIGTSTP), the keeper also stops its run and the run's
// clocks. SIGCONT continues both. The warden is in its own session and does not get the terminal's
// signals.
#pragma once

#include "framework/kernel/fd.h"

namespace cloister {

class Pausing {
 public:
  // `warden` is the reader's end of an outbox. If the program handles or ignores SIGTSTP, this
  // leaves it alone.
  explicit Pausing(const Fd& warden);
  Pausing(const Pausing&) = delete;
  Pausing& operator=(const Pausing&) = delete;
  ~Pausing();

 private:
  bool installed_ = false;
};

}  // namespace cloister
