// Runs one command after the other, and sees to it that nothing of them is left, also when the user
// interrupts. Used by measure.cc.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace cloister::benchmarks {

struct Command {
  std::vector<std::string> words;          // the program is looked for in PATH
  std::vector<std::string> environment{};  // NAME=VALUE; else there are PATH and HOME alone
};

struct RunResult {
  std::string refused;  // empty when it ended with status 0, else why it did not
  double seconds = 0;   // until its last process was gone
  std::string output;   // both streams
};

class Runner {
 public:
  Runner();
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  RunResult run(const Command& command);

  // The signal by which the user ends this; 0 as long as there was none. Nothing runs any more.
  int interrupted() const;

  // A directory of its own, and what cgroups made by commands are to begin with: both are removed.
  const std::string& place() const;
  std::string cgroup_prefix() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cloister::benchmarks
