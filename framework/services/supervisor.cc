#include "framework/services/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <ranges>
#include <string>

#include "framework/config/amounts.h"
#include "framework/kernel/clock.h"
#include "framework/services/running_service.h"
#include "framework/services/start_message.h"

namespace cloister {
namespace {

using namespace std::chrono_literals;

constexpr auto kFirstPause = 1ms;  // between two looks whether a service is ready
constexpr auto kLongestPause = 20ms;
constexpr auto kExitPatience = 50ms;  // less than init's: builder/leftovers_inside.cc
constexpr auto kKillPatience = 5s;    // for processes that SIGKILL does not end at once

class Supervisor {
 public:
  explicit Supervisor(const Supervision& orders) : orders_(orders) {
    // A test may signal all that there is in its cell.
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    sigset_t child;
    ::sigemptyset(&child);
    ::sigaddset(&child, SIGCHLD);
    children_ = Fd(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
    // Also what its services leave behind is its child, and never that of the test: wait(2).
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  }

  [[noreturn]] void live() {
    say(start_all());
    while (true) wait(-1ms);
  }

 private:
  Result<void> start_all() {
    for (const SharedService& entry : orders_.services) {
      RunningService& service = services_.emplace_back(*entry, orders_.log);
      if (auto started = service.start(); !started) return started;
      if (auto ready = wait_until_ready(service); !ready) return ready;
    }
    return {};
  }

  Result<void> wait_until_ready(RunningService& service) {
    const auto begin = Clock::now();
    const auto end = begin + service.entry().ready_within;
    for (std::chrono::milliseconds pause = kFirstPause;;
         pause = std::min(pause * 2, kLongestPause)) {
      const std::string lacks = service.lacks();
      const auto now = Clock::now();
      reap();
      if (!service.is_running()) {
        const std::string during = lacks.empty() ? "" : " while waited for: " + lacks;
        return not_ready(service, fmt::format("it {}{}", service.end_words(), during), "");
      }
      if (lacks.empty()) return {};
      if (now >= end) {
        return not_ready(
            service,
            fmt::format("waited {} for {}", duration_text(service.entry().ready_within), lacks),
            ", or set ready_within");
      }
      wait(pause);
    }
  }

  std::unexpected<Error> not_ready(const RunningService& service, const std::string& why,
                                   std::string_view or_else) const {
    const std::string log = orders_.log.since(0);
    return std::unexpected(
        Error{fmt::format("start {}: {}", service_words(service.entry()), why), 0,
              log.empty() ? fmt::format("it printed nothing: look at its command{}", or_else)
                          : fmt::format("see what it printed{}:\n{}", or_else, log)});
  }

  void say(const Result<void>& started) {
    const std::string words = encode_started(started);
    while (::send(orders_.words, words.data(), words.size(), MSG_NOSIGNAL) < 0 && errno == EINTR) {
    }
    if (!started) end();
    if (orders_.words != orders_.over) ::close(orders_.words);
  }

  // Until something happens, or for that long; without end if it is negative.
  void wait(std::chrono::milliseconds longest) {
    std::vector<pollfd> waits = {{is_ending_ ? -1 : orders_.over, POLLIN, 0},
                                 {children_.get(), POLLIN, 0}};
    for (const RunningService& service : services_) {
      if (service.output().open()) waits.push_back({service.output().get(), POLLIN, 0});
    }
    ::poll(waits.data(), waits.size(), static_cast<int>(longest.count()));
    for (RunningService& service : services_) service.drain();
    reap();
    if (waits.front().revents != 0) end();
  }

  void reap() {
    signalfd_siginfo signals[16];
    while (::read(children_.get(), signals, sizeof signals) > 0) {
    }
    int status = 0;
    pid_t pid = 0;
    while ((pid = ::waitpid(-1, &status, WNOHANG)) > 0) {
      const auto found = std::ranges::find(services_, pid, &RunningService::pid);
      const bool was_told = is_ending_ && (orders_.is_orderly || WTERMSIG(status) == SIGKILL);
      if (found != services_.end()) found->has_ended(status, was_told);
    }
  }

  [[noreturn]] void end() {
    is_ending_ = true;
    if (orders_.is_orderly) {
      for (RunningService& service : services_ | std::views::reverse) stop(service);
    }
    // What ends by itself is told, also when the guest has noticed it first.
    const auto until_told = Clock::now() + kExitPatience;
    while (std::ranges::any_of(services_, &RunningService::is_exiting) && Clock::now() < until_told)
      wait(kFirstPause);
    for (const RunningService& service : services_) service.kill_group();
    kill_children();
    // In a cell nobody waits: its end is that of all.
    const auto until = Clock::now() + kKillPatience;
    while (orders_.is_orderly && has_children() && Clock::now() < until) {
      kill_children();
      wait(kFirstPause);
    }
    ::_exit(0);
  }

  static bool has_children() {
    siginfo_t ended{};
    return ::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0;
  }

  void stop(RunningService& service) {
    service.signal(service.entry().stop_signal);
    const auto until = Clock::now() + service.entry().stop_within;
    while (service.is_running() && Clock::now() < until) wait(kLongestPause);
  }

  // What has left the group of its service: proc(5), /proc/PID/task/TID/children.
  static void kill_children() {
    const auto children = read_file(fmt::format("/proc/self/task/{}/children", ::getpid()));
    const char* at = children ? children->c_str() : "";
    char* end = nullptr;
    for (long pid = ::strtol(at, &end, 10); end != at; pid = ::strtol(at, &end, 10)) {
      ::kill(static_cast<pid_t>(pid), SIGKILL);
      at = end;
    }
  }

  const Supervision& orders_;
  Fd children_;
  std::deque<RunningService> services_;
  bool is_ending_ = false;
};

// The two descriptors, and streams that lead nowhere.
Supervision with_its_own_descriptors(const Supervision& given) {
  constexpr int kWords = 3;
  constexpr int kOver = 4;
  constexpr int kAbove = 5;
  const int words = ::fcntl(given.words, F_DUPFD_CLOEXEC, kAbove);
  const int over = ::fcntl(given.over, F_DUPFD_CLOEXEC, kAbove);
  const int null = ::fcntl(::open("/dev/null", O_RDWR | O_CLOEXEC), F_DUPFD_CLOEXEC, kAbove);
  for (int stream = 0; stream < 3; ++stream) ::dup2(null, stream);
  ::dup3(words, kWords, O_CLOEXEC);
  ::dup3(over, kOver, O_CLOEXEC);
  ::close_range(kAbove, UINT_MAX, 0);
  Supervision own = given;
  own.words = kWords;
  own.over = given.over == given.words ? kWords : kOver;
  return own;
}

}  // namespace

void live_as_supervisor(const Supervision& orders) {
  ::prctl(PR_SET_NAME, kServiceSupervisor, 0, 0, 0);
  ::setsid();
  const Supervision own = with_its_own_descriptors(orders);
  (new Supervisor(own))->live();
}

}  // namespace cloister
