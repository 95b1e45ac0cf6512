#include "adapters/command/terminal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace cloister::command {

CallersTerminal::CallersTerminal() : fd_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
  if (!there()) return;
  ::tcgetattr(fd_.get(), &modes_);
  was_ours_ = is_ours();
}

bool CallersTerminal::is_ours() const { return there() && ::tcgetpgrp(fd_.get()) == ::getpgrp(); }

// SIGTTOU must be blocked: tcsetpgrp(3).
void CallersTerminal::take_back() const {
  if (was_ours_ && !is_ours()) ::tcsetpgrp(fd_.get(), ::getpgrp());
}

void CallersTerminal::give_to(pid_t process) const {
  const pid_t group = ::getpgid(process);
  if (is_ours() && group > 0 && group != ::getpgrp()) ::tcsetpgrp(fd_.get(), group);
}

void CallersTerminal::restore_modes() const {
  if (was_ours_) ::tcsetattr(fd_.get(), TCSADRAIN, &modes_);
}

Result<Pty> make_pty() {
  constexpr const char* kCure = "mount devpts on /dev/pts, or do without --tty";
  Pty pty;
  pty.master.reset(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!pty.master.open() || ::grantpt(pty.master.get()) != 0 || ::unlockpt(pty.master.get()) != 0)
    return failed("make a pseudo-terminal", kCure);
  // By the master, not by its name: /dev/pts may be another one's. ioctl_tty(2)
  pty.slave.reset(::ioctl(pty.master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!pty.slave.open()) return failed("open the command's end of a pseudo-terminal", kCure);
  copy_window_size(pty.master);
  return pty;
}

void copy_window_size(const Fd& terminal) {
  winsize size{};
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO}) {
    if (::ioctl(stream, TIOCGWINSZ, &size) != 0) continue;
    ::ioctl(terminal.get(), TIOCSWINSZ, &size);
    return;
  }
}

RawInput::RawInput() {
  termios modes{};
  if (::tcgetattr(STDIN_FILENO, &modes) != 0) return;
  modes_ = modes;
  ::cfmakeraw(&modes);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
}

RawInput::~RawInput() {
  if (modes_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &*modes_);
}

}  // namespace cloister::command
