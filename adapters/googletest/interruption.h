// Handles SIGINT, SIGTERM and SIGHUP to the keeper, and a keeper out of memory. The first asks the
// warden to end what runs and to report it, so that the run still ends with a report. A second, at
// least a tenth of a second later, ends the keeper at once.
#pragma once

#include <string>

#include "framework/kernel/fd.h"

namespace cloister::googletest {

// Active while this lives. One at a time. Signals that the program handles or ignores are left
// alone, and so is its own new-handler.
class Interruption {
 public:
  explicit Interruption(const Fd& warden);
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption();

  static bool came();
  // The cause: "SIGINT"
  static std::string name();
  // Call it before the warden's socket is closed.
  static void forget_warden();
  // Ends this process by the signal that came, as a shell expects of an interrupted program; when
  // out of memory, with status 1.
  [[noreturn]] static void end_process();
};

}  // namespace cloister::googletest
