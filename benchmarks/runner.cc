#include "benchmarks/runner.h"

#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
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
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/process/v2/posix/default_launcher.hpp>
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/stdio.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace cloister::benchmarks {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace process = boost::process::v2;
using namespace std::chrono_literals;
using boost::system::error_code;

constexpr auto kLongestRun = 15min;
constexpr auto kToEndItself = 5s;  // after SIGTERM, and for what outlives its parent

// A process group of its own, so that Ctrl-C is for this process, which ends what runs.
struct OwnGroup {
  template <typename Launcher>
  error_code on_exec_setup(Launcher&, const process::filesystem::path&, const char* const*) const {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
    return {};
  }
};

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* path = getenv("PATH");
  std::istringstream directories(path != nullptr ? path : "/usr/bin:/bin");
  for (std::string directory; std::getline(directories, directory, ':');) {
    if (const fs::path file = fs::path(directory) / name; ::access(file.c_str(), X_OK) == 0)
      return file;
  }
  return "";
}

std::string content_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The last lines, in one.
std::string end_of(const std::string& output) {
  constexpr std::size_t kMost = 300;
  std::string text = output.substr(output.size() > kMost ? output.size() - kMost : 0);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (char& character : text) character = character == '\n' || character == '|' ? ' ' : character;
  return text;
}

std::string refusal(int status, const std::string& output) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return "";
  const std::string how = WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status))
                                              : fmt::format("status {}", WEXITSTATUS(status));
  return fmt::format("ended with {}: {}", how, end_of(output));
}

void kill_children() {
  std::istringstream children(content_of(fmt::format("/proc/self/task/{}/children", getpid())));
  for (pid_t child = 0; children >> child;) ::kill(child, SIGKILL);
}

// This process is a subreaper: whatever a command leaves becomes its child.
void reap_everything() {
  const auto end = std::chrono::steady_clock::now() + kToEndItself;
  while (true) {
    const pid_t gone = ::waitpid(-1, nullptr, WNOHANG | __WALL);
    if (gone < 0 && errno == ECHILD) return;
    if (gone > 0) continue;
    if (std::chrono::steady_clock::now() > end) kill_children();
    ::usleep(100);
  }
}

// From the deepest on: a group is removed when it is empty.
void remove_cgroups(const std::string& prefix) {
  constexpr auto kSkip = fs::directory_options::skip_permission_denied;
  std::vector<fs::path> groups;
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator("/sys/fs/cgroup", kSkip, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->is_directory(error) &&
        entry->path().string().find("/" + prefix) != std::string::npos)
      groups.push_back(entry->path());
  }
  for (auto group = groups.rbegin(); group != groups.rend(); ++group) ::rmdir(group->c_str());
}

std::vector<std::string> with_path_and_home(std::vector<std::string> environment) {
  for (const char* name : {"PATH", "HOME"}) {
    if (const char* value = getenv(name)) environment.push_back(fmt::format("{}={}", name, value));
  }
  environment.emplace_back("CLOISTER_CONFIG=none");
  return environment;
}

}  // namespace

struct Runner::State {
  asio::io_context io;
  asio::signal_set signals{io, SIGINT, SIGTERM, SIGHUP};
  std::string place;
  int interrupted = 0;
  pid_t running = 0;

  void await_signals() {
    signals.async_wait([this](error_code error, int number) {
      if (error) return;
      interrupted = number;
      if (running > 0) ::kill(-running, SIGTERM);
      await_signals();
    });
  }

  process::process start(const Command& command, FILE* output, error_code& error) {
    const std::vector<std::string> environment = with_path_and_home(command.environment);
    std::vector<const char*> pointers;
    pointers.reserve(environment.size() + 1);
    for (const std::string& variable : environment) pointers.push_back(variable.c_str());
    pointers.push_back(nullptr);
    process::posix::default_launcher launcher;
    launcher.env = pointers.data();
    const std::vector<std::string> arguments(command.words.begin() + 1, command.words.end());
    return launcher(io.get_executor(), error, find_program(command.words.front()), arguments,
                    process::process_stdio{nullptr, output, output}, OwnGroup{});
  }

  // The status of wait(2). After the limit, and the user's signal, the command has some time left.
  int wait_for(process::process& child) {
    asio::steady_timer limit(io, kLongestRun);
    limit.async_wait([this](error_code error) {
      if (!error) ::kill(-running, SIGKILL);
    });
    bool ended = false;
    child.async_wait([&](error_code, int) { ended = true; });
    std::optional<asio::steady_timer> patience;
    while (!ended) {
      io.run_one();
      if (interrupted == 0 || patience) continue;
      patience.emplace(io, kToEndItself);
      patience->async_wait([this](error_code error) {
        if (!error) ::kill(-running, SIGKILL);
      });
    }
    limit.cancel();
    patience.reset();
    return child.native_exit_code();
  }
};

Runner::Runner() : state_(std::make_unique<State>()) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  // Not in /tmp, of which commands have their own.
  std::string place = "/var/tmp/cloister-bench.XXXXXX";
  if (::mkdtemp(place.data()) == nullptr)
    throw std::runtime_error(
        fmt::format("cannot make a directory '{}': {}", place, strerror(errno)));
  state_->place = place;
  state_->await_signals();
}

Runner::~Runner() {
  kill_children();
  reap_everything();
  remove_cgroups(cgroup_prefix());
  std::error_code ignored;
  fs::remove_all(state_->place, ignored);
}

const std::string& Runner::place() const { return state_->place; }
std::string Runner::cgroup_prefix() const { return fmt::format("cloister-bench-{}-", getpid()); }

int Runner::interrupted() const {
  state_->io.poll();
  return state_->interrupted;
}

RunResult Runner::run(const Command& command) {
  if (find_program(command.words.front()).empty())
    return {.refused = fmt::format("there is no {}: install it", command.words.front())};
  const std::string file = state_->place + "/output";
  const std::unique_ptr<FILE, int (*)(FILE*)> output(fopen(file.c_str(), "we"), fclose);
  if (!output) return {.refused = fmt::format("cannot write '{}': {}", file, strerror(errno))};
  error_code error;
  const auto start = std::chrono::steady_clock::now();
  process::process child = state_->start(command, output.get(), error);
  if (error) return {.refused = fmt::format("cannot be started: {}", error.message())};
  state_->running = child.id();
  const int status = state_->wait_for(child);
  reap_everything();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  state_->running = 0;
  state_->io.restart();
  RunResult ran{.seconds = took.count(), .output = content_of(file)};
  ran.refused = refusal(status, ran.output);
  return ran;
}

}  // namespace cloister::benchmarks
