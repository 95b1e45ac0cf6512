#include "adapters/command/run/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// std::filesystem in place of Boost's, which would have to be linked.
#define BOOST_PROCESS_USE_STD_FS 1
// Boost 1.81 forgets these two above its own headers.
// clang-format off
#include <boost/optional.hpp>
#include <boost/type_traits.hpp>
// clang-format on
#include <boost/asio/buffer.hpp>
#include <boost/process/v2/posix/default_launcher.hpp>
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/stdio.hpp>
#include <memory>
#include <vector>

#include "framework/report/words.h"

namespace cloister::command {
namespace {

namespace asio = boost::asio;
namespace process = boost::process::v2;
using boost::system::error_code;

// Runs in the child: a session of its own, so that Ctrl-C is for this process first, and an end
// with this process.
struct OwnSession {
  template <typename Launcher>
  error_code on_exec_setup(Launcher&, const process::filesystem::path&, const char* const*) const {
    ::setsid();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    return {};
  }
};

// Files from descriptor 3 on, and nothing behind them.
struct Files {
  const std::vector<const Fd*>& files;
  template <typename Launcher>
  error_code on_setup(Launcher& launcher, const process::filesystem::path&,
                      const char* const*) const {
    for (std::size_t i = 0; i < files.size(); ++i)
      launcher.fd_whitelist.push_back(static_cast<int>(3 + i));
    return {};
  }
  template <typename Launcher>
  error_code on_exec_setup(Launcher&, const process::filesystem::path&, const char* const*) const {
    constexpr int kOutOfTheWay = 100;
    std::vector<int> moved;
    moved.reserve(files.size());
    for (const Fd* file : files) moved.push_back(::fcntl(file->get(), F_DUPFD, kOutOfTheWay));
    for (std::size_t i = 0; i < files.size(); ++i) ::dup2(moved[i], static_cast<int>(3 + i));
    // What Boost has made the standard streams from stays open otherwise.
    ::close_range(static_cast<unsigned>(3 + files.size()), UINT_MAX, CLOSE_RANGE_CLOEXEC);
    return {};
  }
};

class RunningChild final : public Child {
 public:
  RunningChild(asio::io_context& io, Take out, Take err)
      : out_(io), err_(io), take_out_(std::move(out)), take_err_(std::move(err)), process_(io) {}

  Result<void> begin(asio::io_context& io, const ChildStart& start,
                     std::function<void(ChildEnd)> ended) {
    process::posix::default_launcher launcher;
    std::vector<const char*> environment;
    environment.reserve(start.environment.size() + 1);
    for (const std::string& variable : start.environment) environment.push_back(variable.c_str());
    environment.push_back(nullptr);
    launcher.env = environment.data();
    error_code error;
    process_ =
        launcher(io.get_executor(), error, start.program, start.arguments,
                 process::process_stdio{nullptr, out_, err_}, Files{start.files}, OwnSession{});
    if (error) {
      return std::unexpected(Error{fmt::format("execute '{}'", start.program), error.value(),
                                   "build it, or name another file"});
    }
    pid_ = process_.id();
    read(out_, take_out_, out_buffer_);
    read(err_, take_err_, err_buffer_);
    process_.async_wait([this, ended = std::move(ended)](error_code, int) {
      const int status = process_.native_exit_code();  // of wait(2): the other tells no signal
      ended(WIFSIGNALED(status) ? ChildEnd{0, WTERMSIG(status)} : ChildEnd{WEXITSTATUS(status), 0});
    });
    return {};
  }

  void kill(int signal) override {
    if (pid_ <= 0) return;
    ::kill(-pid_, signal);
  }
  void stop_reading() override {
    error_code ignored;
    out_.close(ignored);
    err_.close(ignored);
  }

 private:
  void read(asio::readable_pipe& pipe, Take& take, std::vector<char>& buffer) {
    pipe.async_read_some(asio::buffer(buffer), [&](error_code error, std::size_t got) {
      if (got > 0) take(std::string_view(buffer.data(), got));
      if (!error) read(pipe, take, buffer);
    });
  }

  asio::readable_pipe out_;
  asio::readable_pipe err_;
  Take take_out_;
  Take take_err_;
  std::vector<char> out_buffer_ = std::vector<char>(std::size_t{64} * 1024);
  std::vector<char> err_buffer_ = std::vector<char>(std::size_t{64} * 1024);
  process::process process_;
  pid_t pid_ = -1;
};

}  // namespace

std::string ChildEnd::text() const {
  return signal != 0 ? fmt::format("was killed by {}", signal_text(signal))
                     : fmt::format("ended with status {}", status);
}

Result<std::unique_ptr<Child>> Child::start(asio::io_context& io, const ChildStart& start, Take out,
                                            Take err, std::function<void(ChildEnd)> ended) {
  auto child = std::make_unique<RunningChild>(io, std::move(out), std::move(err));
  if (auto begun = child->begin(io, start, std::move(ended)); !begun)
    return std::unexpected(begun.error());
  return child;
}

}  // namespace cloister::command
