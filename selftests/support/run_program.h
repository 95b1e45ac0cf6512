// Runs a program to its end and keeps everything it says: how the selftests look at guests from
// outside.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace cloister::selftests {

struct Ended {
  int status = -1;  // exit status; -1 when a signal ended it
  int signal = 0;   // that signal; SIGALRM's number when the time ran out
  std::string out;
  std::string err;
  long peak_kib = 0;      // ru_maxrss
  long minor_faults = 0;  // ru_minflt, with the processes that it waited for
  bool contains(const std::string& text) const {
    return (out + err).find(text) != std::string::npos;
  }
};

struct Program {
  std::vector<std::string> command;
  std::vector<std::string> environment{};  // NAME=VALUE, in addition to this process's own
  std::string directory{};                 // "" is this process's own
  bool join_streams = false;               // 2>&1
  std::chrono::seconds limit{60};
};

Ended run(const Program& program);

// A file's content; fails the current test when it cannot be read.
std::string content_of(const std::string& path);

// What differs between two runs of the same tests and may: times, timestamps, addresses of the
// clock.
std::string without_times(std::string report);

// Empty when the texts are the same, else the first line that differs, of both.
std::string first_difference(const std::string& one, const std::string& other);

// How often the text contains it.
std::size_t count(const std::string& text, const std::string& what);

// Looks again and again, until the condition holds or the time is over: whether it holds.
bool holds_within(std::chrono::milliseconds limit, const std::function<bool()>& condition);

// The living children of this process, their children, and so on, as "PID NAME". After
// adopt_orphans(), which makes this process a subreaper, nothing that it started can hide from
// this.
std::vector<std::string> descendants();
// Those of that name.
std::vector<pid_t> descendants(const std::string& name);
void adopt_orphans();

// Directories of runs below any cgroup hierarchy whose run, in this pid namespace, is over.
std::vector<std::string> stale_cgroups();

}  // namespace cloister::selftests
