// A keeper that its user's terminal stops (SIGTSTP) stops what it runs, too, and their clocks; both
// go on with it (SIGCONT). The warden is in a session of its own, where the terminal's signals do
// not come.
#pragma once

#include "framework/kernel/fd.h"

namespace cloister {

class Pausing {
 public:
  // `warden` is the reader's end of an outbox. A SIGTSTP that the program handles or ignores is
  // left alone.
  explicit Pausing(const Fd& warden);
  Pausing(const Pausing&) = delete;
  Pausing& operator=(const Pausing&) = delete;
  ~Pausing();

 private:
  bool installed_ = false;
};

}  // namespace cloister
