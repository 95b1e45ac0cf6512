#include "adapters/googletest/interruption.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>

namespace cloister::googletest {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
constexpr int kBySignal = 128;  // as a shell has it

std::atomic<int> came = 0;
std::atomic<int> warden_socket = -1;
std::atomic<pid_t> keeper = -1;

void interrupt(int number);

bool is_ours(int number) {
  struct sigaction present{};
  ::sigaction(number, nullptr, &present);
  return present.sa_handler == interrupt;
}

void set_back() {
  for (const int number : kSignals) {
    if (is_ours(number)) ::signal(number, SIG_DFL);
  }
}

// Everything called here is listed in signal-safety(7).
void interrupt(int number) {
  const int error = errno;
  set_back();
  if (::getpid() != keeper) {
    ::raise(number);  // a fork of the keeper, which has nothing to report
  } else {
    came = number;
    if (warden_socket >= 0) ::shutdown(warden_socket, SHUT_WR);
  }
  errno = error;
}

}  // namespace

Interruption::Interruption(const Fd& warden) {
  came = 0;
  warden_socket = warden.get();
  keeper = ::getpid();
  for (const int number : kSignals) {
    struct sigaction present{};
    ::sigaction(number, nullptr, &present);
    if (present.sa_handler != SIG_DFL) continue;
    struct sigaction action{};
    action.sa_handler = interrupt;
    action.sa_flags = SA_RESTART;
    for (const int other : kSignals) ::sigaddset(&action.sa_mask, other);
    ::sigaction(number, &action, nullptr);
  }
}

Interruption::~Interruption() {
  set_back();
  forget_warden();
}

int Interruption::number() { return came; }

std::string Interruption::name() {
  const char* name = ::sigabbrev_np(came);
  return name == nullptr ? "a signal" : std::string("SIG") + name;
}

void Interruption::forget_warden() { warden_socket = -1; }

void Interruption::end_process() {
  ::fflush(nullptr);
  const int number = came;
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, number);
  ::signal(number, SIG_DFL);
  ::raise(number);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  ::_exit(kBySignal + number);  // the first process of a pid namespace does not die of signals
}

}  // namespace cloister::googletest
