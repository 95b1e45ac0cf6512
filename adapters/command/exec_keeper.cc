#include "adapters/command/exec_keeper.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sstream>

#include "adapters/command/exec_warden.h"
#include "adapters/command/terminal.h"
#include "framework/run/fork_warden.h"
#include "framework/watch/outbox.h"
#include "framework/watch/pausing.h"

namespace cloister::command {
namespace {

// Whether a signal to this process is for the command. The others are this process's own: those
// that nobody can take, that of its child, those of its own faults (tini leaves out the same:
// https://github.com/krallin/tini/blob/v0.19.0/src/tini.c), and SIGTSTP, by which it pauses the
// cell. With a pseudo-terminal so are those of the reads and writes that it makes for the command.
bool is_passed_on(int number, bool terminal) {
  switch (number) {
    case SIGKILL:
    case SIGSTOP:
    case SIGCHLD:
    case SIGILL:
    case SIGTRAP:
    case SIGBUS:
    case SIGFPE:
    case SIGSEGV:
    case SIGSYS:
    case SIGTSTP:
      return false;
    case SIGPIPE:
    case SIGTTIN:
      return !terminal;
    default:
      return true;
  }
}

Result<WardenFork> start_warden(const ExecOptions& options, const Pty& pty,
                                const sigset_t& caller_mask) {
  fflush(nullptr);
  auto forked = fork_warden();
  if (!forked || forked->pid > 0) return forked;
  for (int stream = 0; pty.slave.open() && stream < 3; ++stream) ::dup2(pty.slave.get(), stream);
  live_as_warden(options, std::move(forked->socket), caller_mask);
}

bool write_all(int fd, const char* bytes, ssize_t size) {
  while (size > 0) {
    const ssize_t written = ::write(fd, bytes, static_cast<std::size_t>(size));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes += written;
    size -= written;
  }
  return true;
}

// Its state and how often it has waited: proc(5). One that has gone on and stopped again has waited
// once more. Empty where that cannot be read.
std::string state_of(pid_t pid) {
  std::istringstream status(read_file(fmt::format("/proc/{}/status", pid)).value_or(""));
  std::string state;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("State:") || line.starts_with("voluntary_ctxt_switches:")) state += line;
  }
  return state;
}

class Keeper {
 public:
  explicit Keeper(ExecOptions& options) : options_(options) {}

  Result<CellReport> run() {
    if (options_.terminal) {
      auto pty = make_pty();
      if (!pty) return std::unexpected(pty.error());
      pty_ = std::move(*pty);
    }
    options_.request.streams = options_.terminal   ? Streams::kCallersTerminal
                               : terminal_.there() ? Streams::kCallersSession
                                                   : Streams::kCallers;
    block_signals();
    auto warden = start_warden(options_, pty_, caller_mask_);
    if (!warden) return std::unexpected(warden.error());
    warden_ = std::move(*warden);
    pty_.slave.reset();
    {
      const Pausing pausing(warden_.socket);
      std::optional<RawInput> raw;
      if (options_.terminal) raw.emplace();
      while (!report_ && !gone_) turn();
      if (options_.terminal) drain();
    }
    const int status = wait_for(warden_);
    terminal_.take_back();
    if (!report_) return warden_died(status);
    if (!std::holds_alternative<Exited>(report_->outcome)) terminal_.restore_modes();
    return std::move(*report_);
  }

 private:
  void block_signals() {
    sigset_t passed;
    sigemptyset(&passed);
    for (int number = 1; number <= SIGRTMAX; ++number) {
      if (is_passed_on(number, options_.terminal)) sigaddset(&passed, number);
    }
    sigset_t blocked = passed;
    sigaddset(&blocked, SIGTTOU);
    ::sigprocmask(SIG_BLOCK, &blocked, &caller_mask_);
    signals_.reset(::signalfd(-1, &passed, SFD_CLOEXEC | SFD_NONBLOCK));
  }

  // One wait for anything to happen.
  void turn() {
    pollfd waits[] = {{warden_.socket.get(), POLLIN, 0},
                      {signals_.get(), POLLIN, 0},
                      {pty_.master.get(), POLLIN, 0},
                      {options_.terminal && input_open_ ? STDIN_FILENO : -1, POLLIN, 0}};
    if (::poll(waits, std::size(waits), -1) < 0) return;
    if (waits[1].revents != 0) take_signals();
    if (waits[2].revents != 0) pass_output();
    if (waits[3].revents != 0) pass_input();
    if (waits[0].revents != 0) hear();
  }

  void hear() {
    auto news = hear_warden(warden_.socket);
    if (!news) {
      gone_ = true;
    } else if (const auto* started = std::get_if<Started>(&*news)) {
      command_ = started->command;
      command_fd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, command_, 0)));
      for (const int number : early_signals_) send(number);
    } else if (std::holds_alternative<Stopped>(*news)) {
      stop_too();
    } else {
      report_ = std::get<CellReport>(std::move(*news));
    }
  }

  void tell_warden(char word) const {
    ::send(warden_.socket.get(), &word, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  // By number where a filter refuses descriptors of processes: pidfd_open(2).
  void send(int number) const {
    if (!command_fd_.open()) {
      ::kill(command_, number);
      return;
    }
    ::syscall(SYS_pidfd_send_signal, command_fd_.get(), number, nullptr, 0);
  }

  void take_signals() {
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
      const int number = static_cast<int>(info.ssi_signo);
      if (number == SIGWINCH && options_.terminal) {
        copy_window_size(pty_.master);
      } else if (options_.request.streams == Streams::kCallersSession &&
                 info.ssi_code == SI_KERNEL) {
        // From the terminal, which has told the command itself: it is of the same job.
      } else if (command_ > 0) {
        send(number);
      } else {
        early_signals_.push_back(number);
      }
    }
  }

  // The signal that has continued this process, so that it is passed once: a command that stops
  // again at once stays so.
  static void take_continuation() {
    sigset_t continuation;
    sigemptyset(&continuation);
    sigaddset(&continuation, SIGCONT);
    const timespec at_once{};
    ::sigtimedwait(&continuation, nullptr, &at_once);
  }

  // A command that stops gives its caller's shell the terminal, as a job does; when the shell
  // continues this process, it goes on. The terminal's own stop key has stopped both already.
  void stop_too() {
    if (options_.request.streams != Streams::kCallersSession ||
        !state_of(command_).contains("T (stopped)"))
      return;
    terminal_.take_back();
    tell_warden(kPause);  // the deadline waits, too
    const std::string stopped = state_of(command_);
    ::raise(SIGSTOP);
    take_continuation();
    terminal_.give_to(command_);  // before anything, the warden included, continues the command
    tell_warden(kGoOn);
    continue_once(stopped);
  }

  // One signal and no more, for a command may stop again at once. A shell that continues its job
  // has continued all of this process's group, and the warden does so with the command's own group.
  void continue_once(const std::string& stopped) const {
    const pid_t group = ::getpgid(command_);
    if (group == ::getpgrp()) {
      if (state_of(command_) == stopped) send(SIGCONT);
    } else if (group > 0 && group != command_) {
      ::kill(-group, SIGCONT);
    }
  }

  // False when there is no more of it.
  bool pass_output() {
    char buffer[16384];
    const ssize_t got = ::read(pty_.master.get(), buffer, sizeof buffer);
    if (got > 0 && write_all(STDOUT_FILENO, buffer, got)) return true;
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    pty_.master.reset();  // EIO: nobody has the other end any more
    return false;
  }

  void pass_input() {
    char buffer[4096];
    const ssize_t got = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (got > 0) {
      write_all(pty_.master.get(), buffer, got);
    } else if (got == 0 || errno != EINTR) {
      input_open_ = false;
      constexpr char kEndOfFile = 4;  // VEOF of a new terminal: termios(3)
      write_all(pty_.master.get(), &kEndOfFile, 1);
    }
  }

  // What the command printed last.
  void drain() {
    for (pollfd wait{pty_.master.get(), POLLIN, 0};
         pty_.master.open() && ::poll(&wait, 1, 0) > 0 && (wait.revents & POLLIN) != 0;) {
      if (!pass_output()) return;
    }
  }

  static std::unexpected<Error> warden_died(int status) {
    const int number = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status) - 128;
    return std::unexpected(
        Error{fmt::format("say how the command ended: the process that watched it was {}",
                          number > 0 ? fmt::format("killed by signal {}", number) : "lost"),
              0, "look for who killed it, such as the host's out-of-memory killer in dmesg"});
  }

  ExecOptions& options_;
  CallersTerminal terminal_;
  Pty pty_;
  sigset_t caller_mask_{};
  Fd signals_;
  WardenFork warden_;
  pid_t command_ = -1;
  Fd command_fd_;
  std::vector<int> early_signals_;
  bool input_open_ = true;
  bool gone_ = false;
  std::optional<CellReport> report_;
};

}  // namespace

Result<CellReport> keep(ExecOptions& options) { return Keeper(options).run(); }

Result<int> explain_plan(ExecOptions& options) {
  options.request.streams = Streams::kCallers;
  sigset_t mask;
  ::sigprocmask(SIG_SETMASK, nullptr, &mask);
  auto warden = start_warden(options, Pty{}, mask);
  if (!warden) return std::unexpected(warden.error());
  const int status = wait_for(*warden);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace cloister::command
