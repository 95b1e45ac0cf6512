#include "adapters/googletest/interruption.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <new>

#include "framework/report/outcome_traits.h"

namespace cloister::googletest {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

constexpr int kNoMemory = -1;  // where the number of a signal would be

// timeout(1), for one, sends its signal to the program and then to its process group: what comes so
// soon is still the first.
constexpr std::chrono::milliseconds kSoon{100};

std::atomic<int> what_came = 0;
std::atomic<std::chrono::steady_clock::time_point> came_at;
std::atomic<int> warden_socket = -1;
std::atomic<pid_t> keeper = -1;

// What the report of an interrupted run takes: given back when there is no memory. In pieces that
// malloc(3) takes from its heap, so that they serve under any limit on address space.
constexpr std::size_t kPiece = std::size_t{64} << 10;
std::array<std::unique_ptr<char[]>, 16> reserve;

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

// Asks the warden to end what runs. Called in signal handlers: signal-safety(7).
void begin(int what) {
  what_came = what;
  if (warden_socket >= 0) ::shutdown(warden_socket, SHUT_WR);
}

// Everything called here is listed in signal-safety(7).
void interrupt(int number) {
  const int error = errno;
  const auto now = std::chrono::steady_clock::now();  // clock_gettime(2)
  if (::getpid() == keeper && what_came <= 0) {
    came_at = now;
    begin(number);
  } else if (::getpid() != keeper || now - came_at.load() >= kSoon) {
    set_back();
    ::raise(number);  // the second, or in a fork of the keeper, which has nothing to report
  }
  errno = error;
}

// A new-handler: what it gives back is tried once more.
void run_out_of_memory() {
  std::set_new_handler(nullptr);
  reserve = {};
  if (::getpid() == keeper) begin(kNoMemory);
}

}  // namespace

Interruption::Interruption(const Fd& warden) {
  what_came = 0;
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
  if (std::get_new_handler() != nullptr) return;
  for (std::unique_ptr<char[]>& piece : reserve) piece.reset(new (std::nothrow) char[kPiece]);
  std::set_new_handler(run_out_of_memory);
}

Interruption::~Interruption() {
  set_back();
  if (std::get_new_handler() == run_out_of_memory) std::set_new_handler(nullptr);
  reserve = {};
  forget_warden();
}

bool Interruption::came() { return what_came != 0; }

std::string Interruption::name() {
  if (what_came == kNoMemory) return "a lack of memory for the run itself (see ulimit -v)";
  const char* name = ::sigabbrev_np(what_came);
  return name == nullptr ? "a signal" : std::string("SIG") + name;
}

void Interruption::forget_warden() { warden_socket = -1; }

void Interruption::end_process() {
  ::fflush(nullptr);
  const int number = what_came;
  if (number == kNoMemory) ::_exit(1);
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, number);
  ::signal(number, SIG_DFL);
  ::raise(number);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  ::_exit(kBySignal + number);  // the first process of a pid namespace does not die of signals
}

}  // namespace cloister::googletest
