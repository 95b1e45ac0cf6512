#include "redis_server.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace example {
namespace {

using namespace std::chrono_literals;

constexpr auto kPollInterval = 2ms;

std::filesystem::path make_directory() {
  char name[] = "/tmp/redis_XXXXXX";
  if (mkdtemp(name) == nullptr) throw std::runtime_error("cannot make a directory in /tmp");
  return name;
}

std::string describe(int wait_status) {
  if (WIFSIGNALED(wait_status))
    return std::string("was killed: ") + strsignal(WTERMSIG(wait_status));
  return "exited with status " + std::to_string(WEXITSTATUS(wait_status));
}

}  // namespace

RedisServer::RedisServer(int port, Options options)
    : port_(port), options_(std::move(options)), directory_(make_directory()) {}

RedisServer::~RedisServer() {
  crash();
  std::error_code ignored;
  remove_all(directory_, ignored);
}

testing::AssertionResult RedisServer::start() {
  pid_ = fork();
  if (pid_ == 0) become_server();
  if (pid_ < 0) throw std::runtime_error("cannot fork");

  bool ended = false;
  const bool decided = eventually([&] { return (ended = has_ended()) || answers(); });
  if (decided && !ended) return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << "redis-server on port " << port_
         << (ended ? " " + describe(wait_status_) : " does not answer") << "; it said:\n"
         << words();
}

testing::AssertionResult RedisServer::stop() {
  if (pid_ == 0) return testing::AssertionSuccess();
  kill(pid_, SIGTERM);
  if (!eventually([this] { return has_ended(); })) {
    crash();
    return testing::AssertionFailure() << "redis-server did not shut down; it said:\n" << words();
  }
  if (WIFEXITED(wait_status_) && WEXITSTATUS(wait_status_) == 0) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "redis-server " << describe(wait_status_) << "; it said:\n"
                                     << words();
}

void RedisServer::crash() {
  if (pid_ == 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, &wait_status_, 0);
  pid_ = 0;
}

// Between fork and exec, in the child.
void RedisServer::become_server() const {
  // Whatever becomes of the test, its server does not outlive it.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const std::string log = directory_ / "server.log";
  const int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  dup2(fd, STDOUT_FILENO);
  dup2(fd, STDERR_FILENO);

  const std::string directory = directory_;
  const std::string port = std::to_string(port_);
  std::vector<const char*> arguments = {"redis-server",   "--port", port.c_str(), "--bind",
                                        "127.0.0.1",      "--save", "",           "--dir",
                                        directory.c_str()};
  for (const std::string& option : options_) arguments.push_back(option.c_str());
  arguments.push_back(nullptr);
  execvp(arguments[0], const_cast<char**>(arguments.data()));
  perror("cannot run redis-server (Debian package redis-server)");
  _exit(127);
}

// Whoever holds the port may answer: only the child's own answer counts. It may also listen already
// while it still loads its files.
bool RedisServer::answers() const {
  try {
    RedisClient client(port_);
    return client.info("process_id") == std::to_string(pid_) && client.info("loading") == "0";
  } catch (const std::runtime_error&) {
    return false;  // it does not listen yet
  }
}

bool RedisServer::has_ended() {
  if (waitpid(pid_, &wait_status_, WNOHANG) == 0) return false;
  pid_ = 0;
  return true;
}

std::string RedisServer::words() const {
  std::ostringstream text;
  text << std::ifstream(directory_ / "server.log").rdbuf();
  return text.str();
}

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(kPollInterval);
  }
  return true;
}

}  // namespace example
