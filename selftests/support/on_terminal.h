// A program on a pseudo-terminal, typed to and read from as by a person: how the selftests see what
// an interactive user sees.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace cloister::selftests {

class OnTerminal {
 public:
  // In a session of its own, with the terminal as its controlling one.
  explicit OnTerminal(const std::vector<std::string>& command);
  ~OnTerminal();
  OnTerminal(const OnTerminal&) = delete;
  OnTerminal& operator=(const OnTerminal&) = delete;

  void type(const std::string& keys);
  // A line for a shell, typed when its prompt is there; false when it does not come. What is typed
  // ahead of it could be taken by the command before.
  bool line(const std::string& text);
  void resize(unsigned short rows, unsigned short columns);
  // Waits for `text` in what has been printed since the last time; false when the time is up.
  bool shows(const std::string& text);
  // Everything it has printed.
  const std::string& printed() const { return printed_; }
  // Waits for its end: the exit status, 128 and the signal, or -1 when the time is up.
  int end();

 private:
  bool read_more();

  int master_ = -1;
  pid_t pid_ = -1;
  std::chrono::steady_clock::time_point deadline_;
  std::string printed_;
  std::size_t seen_ = 0;
};

}  // namespace cloister::selftests
