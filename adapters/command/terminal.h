// Terminals for `cloister exec`: the one it was started from, and one made for a command.
#pragma once

#include <sys/types.h>
#include <termios.h>

#include <optional>

#include "framework/kernel/fd.h"

namespace cloister::command {

// The controlling terminal of this process, whatever its streams are: tty(4).
class CallersTerminal {
 public:
  CallersTerminal();
  bool there() const { return fd_.open(); }
  // Whether the foreground job is this process's.
  bool is_ours() const;
  // Puts this process's group, or that of `process`, into the foreground.
  void take_back() const;
  void give_to(pid_t process) const;
  // Restores the modes from when this object was made.
  void restore_modes() const;

 private:
  Fd fd_;
  termios modes_{};
  bool was_ours_ = false;
};

// A pseudo-terminal: pty(7).
struct Pty {
  Fd master;
  Fd slave;
};
Result<Pty> make_pty();

// Gives `terminal` the window size of the caller's stdin or stdout, if one of them is a terminal.
void copy_window_size(const Fd& terminal);

// While this lives, the caller's stdin, if it is a terminal, passes every key on unchanged.
class RawInput {
 public:
  RawInput();
  ~RawInput();
  RawInput(const RawInput&) = delete;
  RawInput& operator=(const RawInput&) = delete;

 private:
  std::optional<termios> modes_;
};

}  // namespace cloister::command
