#include "adapters/service/child.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>

// Test binaries are the users': Boost is wholly in this object, under a name of its own, so that it
// cannot meet the Boost of the program under test, whatever version that has.
#define boost cloister_boost
#define boost_asio_detail_posix_thread_function cloister_boost_thread_function
#define BOOST_NO_USER_CONFIG
// std::filesystem in place of Boost's, which would have to be linked.
#define BOOST_PROCESS_USE_STD_FS 1
// Boost 1.81 forgets these two above its own headers.
// clang-format off
#include <boost/optional.hpp>
#include <boost/type_traits.hpp>
// clang-format on
#include <boost/asio/io_context.hpp>
#include <boost/process/v2/posix/default_launcher.hpp>
#include <boost/process/v2/process.hpp>

namespace cloister::service {
namespace {

namespace process = boost::process::v2;
using boost::system::error_code;

// What the child does before it executes the program, in which a failure is errno. Between fork and
// exec: no heap, no locks.
struct InService {
  const Start& start;
  pid_t parent;
  int null;
  bool tie_to_parent;

  template <typename Launcher>
  error_code on_exec_setup(Launcher&, const process::filesystem::path&, const char* const*) const {
    // A session, and with it a process group, of its own: Ctrl-C is for the test.
    if (::setsid() < 0) return last_error();
    if (tie_to_parent) {
      ::prctl(PR_SET_PDEATHSIG, start.signal_if_orphaned);
      if (::getppid() != parent) ::_exit(1);  // it has died before
    }
    // What the test ignores and blocks is the test's affair.
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (::dup2(null, STDIN_FILENO) < 0 || ::dup2(start.output, STDOUT_FILENO) < 0 ||
        ::dup2(start.output, STDERR_FILENO) < 0)
      return last_error();
    // Boost 1.81 closes none below its own pipe. Until the program is executed, that stays open.
    ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    if (!start.directory.empty() && ::chdir(start.directory.c_str()) != 0) return last_error();
    errno = 0;
    return {};
  }

  // Boost would call exit(3), and with it what the test has for its own exit. Releases differ in
  // the arguments.
  template <typename... Arguments>
  void on_exec_error(Arguments&&...) const {
    ::_exit(127);
  }

  static error_code last_error() { return {errno, boost::system::system_category()}; }
};

Descriptor open_above_streams(const char* path) {
  // A test may have closed its own streams. What takes their place would be overwritten by dup2(2).
  const Descriptor low(::open(path, O_RDWR | O_CLOEXEC));
  return Descriptor(::fcntl(low.get(), F_DUPFD_CLOEXEC, 3));
}

int left_of(std::chrono::steady_clock::time_point end) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<milliseconds::rep>(left.count(), 0, INT_MAX));
}

ServiceEnd end_of(int wait_status) {
  if (WIFSIGNALED(wait_status)) return {.signal = WTERMSIG(wait_status)};
  return {.status = WEXITSTATUS(wait_status)};
}

}  // namespace

Child::Child(const Start& start) {
  std::vector<const char*> environment;
  environment.reserve(start.environment.size() + 1);
  for (const std::string& variable : start.environment) environment.push_back(variable.c_str());
  environment.push_back(nullptr);
  const Descriptor null = open_above_streams("/dev/null");
  if (!null.valid()) throw std::system_error(errno, std::system_category());

  boost::asio::io_context io;
  process::posix::default_launcher launcher;
  launcher.env = environment.data();
  error_code error;
  // The signal of PR_SET_PDEATHSIG comes when the thread ends: only the main one lives as long as
  // its process, prctl(2).
  const bool main_thread = ::syscall(SYS_gettid) == ::getpid();
  auto started = launcher(io.get_executor(), error, start.program, start.arguments,
                          InService{start, ::getpid(), null.get(), main_thread});
  if (error) {
    // Boost 1.81 leaves the child that could not execute a zombie.
    if (launcher.pid > 0) ::waitpid(launcher.pid, nullptr, 0);
    throw std::system_error(error.value(), std::system_category());
  }
  pid_ = started.id();
  // Boost's handle has an epoll, which a fork of the test would share, and kills in its destructor.
  started.detach();
  process_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (!process_.valid()) {
    const int why = errno;
    kill();
    throw std::system_error(why, std::system_category());
  }
}

bool Child::ends_within(std::chrono::milliseconds limit) const {
  const auto end = std::chrono::steady_clock::now() + limit;
  pollfd ended{process_.get(), POLLIN, 0};
  int ready = 0;
  while ((ready = ::poll(&ended, 1, left_of(end))) < 0 && errno == EINTR) {
  }
  return ready > 0;
}

bool Child::has_ended() const { return end_ || ends_within(std::chrono::milliseconds(0)); }

std::optional<ServiceEnd> Child::end_within(std::chrono::milliseconds limit) {
  if (!end_ && ends_within(limit)) kill();
  return end_;
}

void Child::signal(int number) const { ::kill(pid_, number); }

ServiceEnd Child::kill() {
  if (end_) return *end_;
  // Before the process is reaped: until then nobody else can have its number.
  ::kill(-pid_, SIGKILL);
  int status = 0;
  pid_t reaped = 0;
  while ((reaped = ::waitpid(pid_, &status, 0)) < 0 && errno == EINTR) {
  }
  end_ = reaped == pid_ ? end_of(status) : ServiceEnd{};
  return *end_;
}

}  // namespace cloister::service
