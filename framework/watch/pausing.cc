#include "framework/watch/pausing.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>

#include "framework/watch/outbox.h"

namespace cloister {
namespace {

std::atomic<int> warden_socket = -1;
std::atomic<pid_t> keeper = -1;

void stop_with_all(int);

void tell(char word) { ::send(warden_socket, &word, 1, MSG_NOSIGNAL | MSG_DONTWAIT); }

void set_handler(void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGTSTP, &action, nullptr);
}

// The default action stops this process right here, until SIGCONT: only so does a shell see a job
// that its stop key has stopped. Everything called is listed in signal-safety(7).
void stop_with_all(int) {
  const int error = errno;
  const bool is_keeper = ::getpid() == keeper;  // and not a fork of it
  if (is_keeper) tell(kPause);
  set_handler(SIG_DFL);
  sigset_t stop;
  sigset_t before;
  ::sigemptyset(&stop);
  ::sigaddset(&stop, SIGTSTP);
  ::raise(SIGTSTP);
  ::pthread_sigmask(SIG_UNBLOCK, &stop, &before);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  set_handler(stop_with_all);
  if (is_keeper) tell(kGoOn);
  errno = error;
}

}  // namespace

Pausing::Pausing(const Fd& warden) {
  struct sigaction present{};
  ::sigaction(SIGTSTP, nullptr, &present);
  if (!warden.open() || present.sa_handler != SIG_DFL) return;
  warden_socket = warden.get();
  keeper = ::getpid();
  set_handler(stop_with_all);
  installed_ = true;
}

Pausing::~Pausing() {
  if (!installed_) return;
  struct sigaction present{};
  ::sigaction(SIGTSTP, nullptr, &present);
  if (present.sa_handler == stop_with_all) set_handler(SIG_DFL);
  warden_socket = -1;
}

}  // namespace cloister
