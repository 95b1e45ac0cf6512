// SIGINT, SIGTERM and SIGHUP to the keeper, or no memory for it: the first asks the warden to end
// what runs and to report it, so that the run still ends with a report; a second, a tenth of a
// second later or more, ends the keeper at once.
#pragma once

#include <string>

#include "framework/kernel/fd.h"

namespace cloister::googletest {

// While this lives. One at a time; signals that the program handles or ignores are left alone, and
// so is a new-handler of its own.
class Interruption {
 public:
  explicit Interruption(const Fd& warden);
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption();

  static bool came();
  // By what: "SIGINT"
  static std::string name();
  // To be called before the warden's socket is closed.
  static void forget_warden();
  // Ends this process by the signal that has come, as a shell expects of what it interrupts; for
  // want of memory with status 1.
  [[noreturn]] static void end_process();
};

}  // namespace cloister::googletest
