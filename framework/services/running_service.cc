#include "framework/services/running_service.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "framework/connect/connect.h"
#include "framework/kernel/files_of_command.h"
#include "framework/kernel/stat_field.h"

namespace cloister {
namespace {

// In the child. Its descriptors all close when it executes the program.
[[noreturn]] void become_program(const ServiceEntry& entry, int output, int failure) {
  ::setsid();  // Ctrl-C is for the run
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const auto& [name, value] : entry.env) ::setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> words;
  words.reserve(entry.command.size() + 1);
  for (const std::string& word : entry.command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const bool is_there = entry.directory.empty() || ::chdir(entry.directory.c_str()) == 0;
  if (is_there && ::dup2(output, STDOUT_FILENO) >= 0 && ::dup2(output, STDERR_FILENO) >= 0)
    ::execvp(words.front(), words.data());
  const int number = errno;
  std::ignore = ::write(failure, &number, sizeof number);
  ::_exit(127);
}

}  // namespace

Result<void> RunningService::start() {
  const ServiceReady& ready = entry_.ready;
  const bool is_to_answer = ready.port || !ready.unix_socket.empty() || !ready.http.empty();
  if (is_to_answer && lacks_answer().empty()) {
    return std::unexpected(
        Error{fmt::format("start {}: another program answers already where it is to answer",
                          service_words(entry_)),
              0, "end that program, or give this service another address"});
  }
  auto output = make_pipe();
  if (!output) return std::unexpected(output.error());
  auto failure = make_pipe();
  if (!failure) return std::unexpected(failure.error());
  pid_ = ::fork();
  if (pid_ == 0) become_program(entry_, output->write_end.get(), failure->write_end.get());
  if (pid_ < 0) return failed(fmt::format("fork {}", service_words(entry_)));
  failure->write_end.reset();
  int number = 0;
  ssize_t got = 0;
  while ((got = ::read(failure->read_end.get(), &number, sizeof number)) < 0 && errno == EINTR) {
  }
  if (got == sizeof number) return not_executed(number);
  output_ = std::move(output->read_end);
  return set_nonblocking(output_);
}

std::unexpected<Error> RunningService::not_executed(int number) const {
  const std::string& directory = entry_.directory;
  if (!directory.empty() && ::access(directory.c_str(), X_OK) != 0) {
    return std::unexpected(
        Error{fmt::format("enter the directory '{}' of {}", directory, service_words(entry_)),
              number, "make it before the run"});
  }
  const std::string& program = entry_.command.front();
  return std::unexpected(Error{fmt::format("execute '{}' for {}", program, service_words(entry_)),
                               why_not_executed(program, number),
                               "install the program, or correct the command"});
}

// Of those conditions that a look from outside answers.
std::string RunningService::lacks_answer() const {
  const ServiceReady& ready = entry_.ready;
  const auto lack = [](const std::string& what, const std::string& why) {
    return why.empty() ? "" : fmt::format("{} ({})", what, why);
  };
  std::string lacks;
  if (ready.port)
    lacks = lack(fmt::format("port {}", *ready.port), service::try_local_port(*ready.port));
  if (lacks.empty() && !ready.unix_socket.empty())
    lacks = lack(fmt::format("socket '{}'", ready.unix_socket),
                 service::try_unix_socket(ready.unix_socket));
  if (lacks.empty() && !ready.http.empty()) {
    const service::HttpUrl url = *service::parse_url(ready.http);
    lacks =
        lack(fmt::format("status {} of {}", ready.status, ready.http),
             service::try_http(url, ready.status, service::numeric_addresses(url.host, url.port)));
  }
  return lacks;
}

std::string RunningService::lacks() {
  if (!entry_.ready.log_line.empty() && !has_printed_line_)
    return fmt::format("'{}' in its output", entry_.ready.log_line);
  return lacks_answer();
}

void RunningService::drain() {
  char part[16384];
  ssize_t got = 0;
  while (output_.open() && (got = ::read(output_.get(), part, sizeof part)) != 0) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return;
    print({part, static_cast<std::size_t>(got)});
  }
  output_.reset();
}

void RunningService::print(std::string_view bytes) {
  look_for_line(bytes);
  std::string text;
  for (const char c : bytes) {
    if (!is_in_line_) text += entry_.name + " | ";
    text += c;
    is_in_line_ = c != '\n';
  }
  log_.append(text);
}

void RunningService::look_for_line(std::string_view bytes) {
  const std::string& line = entry_.ready.log_line;
  if (line.empty() || has_printed_line_) return;
  kept_ += bytes;
  has_printed_line_ = kept_.find(line) != std::string::npos;
  if (kept_.size() >= line.size()) kept_.erase(0, kept_.size() - line.size() + 1);
}

void RunningService::has_ended(int wait_status, bool was_told) {
  drain();
  end_ = wait_status;
  if (was_told) return;
  log_.append(fmt::format("{}{} | ({})\n", is_in_line_ ? "\n" : "", entry_.name, end_words()));
  is_in_line_ = false;
}

bool RunningService::is_exiting() const {
  constexpr unsigned long kExiting = 4;  // PF_EXITING, among the flags of proc(5)
  constexpr int kFlags = 9;
  const auto flags = is_running() ? stat_field(std::to_string(pid_), kFlags) : std::nullopt;
  return flags && (std::strtoul(flags->c_str(), nullptr, 10) & kExiting) != 0;
}

std::string RunningService::end_words() const {
  if (!end_) return "";
  if (WIFEXITED(*end_)) return fmt::format("exited with status {}", WEXITSTATUS(*end_));
  const char* name = ::sigabbrev_np(WTERMSIG(*end_));
  return fmt::format("was killed by SIG{}", name == nullptr ? "?" : name);
}

void RunningService::signal(int number) const {
  if (is_running()) ::kill(pid_, number);
}

void RunningService::kill_group() const {
  if (pid_ > 0) ::kill(-pid_, SIGKILL);
}

}  // namespace cloister
