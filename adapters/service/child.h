// The process of a service: started by Boost.Process, watched by its pidfd, reaped once. Whoever
// uses it compares pids: in a fork of the process that started it, only has_ended() is of use.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cloister/service.h>

#include "framework/connect/descriptor.h"

namespace cloister::service {

struct Start {
  std::string program{};  // its file
  std::vector<std::string> arguments{};
  std::vector<std::string> environment{};  // NAME=VALUE, all of it
  std::string directory{};                 // "" is that of the test
  int output = -1;                         // descriptor of its stdout and stderr
  int signal_if_orphaned = 0;
};

class Child {
 public:
  // Throws std::system_error with the reason why the program could not be executed.
  explicit Child(const Start& start);

  pid_t pid() const { return pid_; }
  bool has_ended() const;
  // How it ended, if it has within that time. Then nothing is left of its process group.
  std::optional<ServiceEnd> end_within(std::chrono::milliseconds limit);
  void signal(int number) const;
  // SIGKILL to all of its process group, and waits.
  ServiceEnd kill();

 private:
  bool ends_within(std::chrono::milliseconds limit) const;

  pid_t pid_ = 0;
  Descriptor process_;  // pidfd_open(2)
  std::optional<ServiceEnd> end_;
};

}  // namespace cloister::service
