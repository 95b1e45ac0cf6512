// Starts the server that a test needs, waits until it is ready, and ends it. Link
// cloister::service.
//
//   cloister::Service redis{{.command = {"redis-server", "--port", "6379"},
//                            .ready = cloister::port(6379)}};
//
// If the test fails, the end of the server's log is attached to it. docs/SERVICES.md has the rest.
// In C++17: cloister::ServiceConfig config; config.command = {...}; cloister::Service
// redis(config);
#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace cloister {

// What went wrong with a service. Its text says what was being done, why it failed and what to do,
// and then quotes the end of the log.
class ServiceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// When a service is ready: when all of its conditions hold. Without any, it is ready once its
// program is executing.
struct Ready {
  struct Condition {
    // Completes "waiting for ...".
    std::string what{};
    // Asked again and again: "" when the condition holds, else why it does not yet. Its argument is
    // the name of the service's log file.
    std::function<std::string(const std::string& log_file)> lacks{};
    // Whether it is an error if this holds before the service is started. Then another program
    // would be taken for the service.
    bool must_be_new = false;
  };
  std::vector<Condition> conditions{};
};

// A TCP connection to that port succeeds, on 127.0.0.1 or ::1.
Ready port(std::uint16_t number);
// The same with an address or a name of a host.
Ready port(const std::string& host, std::uint16_t number);
// A connection to the Unix socket (SOCK_STREAM) at that path succeeds.
Ready unix_socket(const std::string& path);
// The log contains that text. It is no pattern, and is searched for within lines.
Ready log_line(const std::string& text);
// GET of that URL ("http://127.0.0.1:8080/health") is answered with that status.
Ready http(const std::string& url, int status = 200);
// The function returns true. An exception means "not yet", and its text is quoted. `what` names
// the condition in messages.
Ready when(std::function<bool()> holds, const std::string& what = "its own condition");
// All of them. A condition that has held once is not asked again.
Ready all_of(std::vector<Ready> parts);

struct ServiceConfig {
  // The program, by its name in PATH or by its path, and its arguments. It must stay in the
  // foreground.
  std::vector<std::string> command{};
  Ready ready{};
  // The deadline of `ready`.
  std::chrono::milliseconds ready_within = std::chrono::seconds(30);
  // What asks the program to end, and how long it then has before SIGKILL ends it.
  int stop_signal = SIGTERM;
  std::chrono::milliseconds stop_within = std::chrono::seconds(10);
  // Variables in addition to those of the test.
  std::map<std::string, std::string> environment{};
  // The working directory. Default: that of the test.
  std::string directory{};
  // The name in messages. Default: the file name of the program.
  std::string name{};
  // Where its stdout and stderr go, in place of a file in the temporary directory. This file is
  // emptied first, and is never removed.
  std::string log_file{};
};

// How a service ended. Nothing is set if another part of the test has taken the status, by wait(2)
// or by ignoring SIGCHLD.
struct ServiceEnd {
  std::optional<int> status{};  // it exited with that status
  std::optional<int> signal{};  // that signal ended it
};

// "exited with status 1", "was killed by SIGSEGV (Segmentation fault)".
std::string to_string(const ServiceEnd& end);

// A running program. Only the process that made a Service can end it: in a fork of that process,
// the destructor does nothing.
class Service {
 public:
  // Starts the program and returns when it is ready. Throws ServiceError; then the program has been
  // ended.
  explicit Service(ServiceConfig config);
  Service(Service&& other) noexcept;
  Service& operator=(Service&& other) noexcept;
  // Ends the program as stop() does. If the test has failed, attaches the log.
  ~Service();

  // Whether it has not ended yet, and how it ended if it has.
  bool is_running();
  std::optional<ServiceEnd> ended();
  // Sends the stop signal to the program, waits, sends SIGKILL to what is left of its process
  // group, and returns how the program ended. Throws ServiceError if it had ended by itself.
  ServiceEnd stop();
  // The same with SIGKILL at once: a crash.
  ServiceEnd kill();

  // The id of the process, for signals of one's own. 0 once it has ended.
  int pid() const;
  // What it has printed; of more than 16 MiB, the end.
  std::string log() const;
  const std::string& log_file() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

// A TCP port that was free just now, on 127.0.0.1 and ::1. No test in a cell needs it: a cell has a
// network of its own, in which every port is free. Outside, another program may take the port
// before the service does.
std::uint16_t free_port();

}  // namespace cloister
