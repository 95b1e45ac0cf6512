#include "selftests/support/on_terminal.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cloister::selftests {
namespace {

constexpr std::chrono::seconds kPatience{20};
constexpr const char* kPrompt = "prompt> ";

}  // namespace

OnTerminal::OnTerminal(const std::vector<std::string>& command)
    : deadline_(std::chrono::steady_clock::now() + kPatience) {
  const winsize size{24, 80, 0, 0};
  pid_ = forkpty(&master_, nullptr, nullptr, &size);
  if (pid_ < 0) abort();
  if (pid_ > 0) return;
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  setenv("PS1", kPrompt, 1);
  setenv("TERM", "dumb", 1);
  execvp(argv[0], argv.data());
  _exit(127);
}

OnTerminal::~OnTerminal() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(master_);
}

void OnTerminal::type(const std::string& keys) {
  if (write(master_, keys.data(), keys.size()) < 0) abort();
}

bool OnTerminal::line(const std::string& text) {
  if (!shows(kPrompt)) return false;
  type(text + "\n");
  return true;
}

void OnTerminal::resize(unsigned short rows, unsigned short columns) {
  const winsize size{rows, columns, 0, 0};
  ioctl(master_, TIOCSWINSZ, &size);
}

bool OnTerminal::read_more() {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
  pollfd wait{master_, POLLIN, 0};
  if (left.count() <= 0 || poll(&wait, 1, static_cast<int>(left.count())) <= 0) return false;
  char buffer[4096];
  const ssize_t got = read(master_, buffer, sizeof buffer);
  if (got > 0) printed_.append(buffer, static_cast<std::size_t>(got));
  return got > 0;  // EIO: nobody has the other end any more
}

bool OnTerminal::shows(const std::string& text) {
  std::size_t found = 0;
  while ((found = printed_.find(text, seen_)) == std::string::npos) {
    if (!read_more()) return false;
  }
  seen_ = found + text.size();
  return true;
}

int OnTerminal::end() {
  while (read_more()) {
  }
  int status = 0;
  while (waitpid(pid_, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() >= deadline_) return -1;
    usleep(1000);
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace cloister::selftests
