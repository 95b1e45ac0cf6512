#include "selftests/support/run_program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <thread>

namespace cloister::selftests {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void become(const Program& program, int out, int err) {
  std::vector<char*> argv;
  for (const std::string& word : program.command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  setenv("CLOISTER_CONFIG", "none", 0);  // no file that happens to lie above the build tree
  for (const std::string& variable : program.environment)
    putenv(const_cast<char*>(variable.c_str()));
  if (!program.directory.empty() && chdir(program.directory.c_str()) != 0) _exit(126);
  const int null = open("/dev/null", O_RDONLY);
  dup2(null, 0);
  if (null > 2) close(null);
  dup2(out, 1);
  dup2(err, 2);
  execvp(argv[0], argv.data());
  _exit(127);
}

}  // namespace

Ended run(const Program& program) {
  int out[2];
  int err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) abort();
  const pid_t pid = fork();
  if (pid == 0) become(program, out[1], program.join_streams ? out[1] : err[1]);
  close(out[1]);
  close(err[1]);
  Ended ended;
  pollfd waits[2] = {{out[0], POLLIN, 0}, {err[0], POLLIN, 0}};
  std::string* into[2] = {&ended.out, &ended.err};
  const auto end = std::chrono::steady_clock::now() + program.limit;
  bool late = false;
  while (waits[0].fd >= 0 || waits[1].fd >= 0) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0 || poll(waits, 2, static_cast<int>(left.count())) == 0) {
      late = true;
      kill(pid, SIGKILL);
      break;
    }
    for (int i = 0; i < 2; ++i) {
      if (waits[i].revents == 0) continue;
      char buffer[65536];
      const ssize_t got = read(waits[i].fd, buffer, sizeof buffer);
      if (got <= 0) {
        waits[i].fd = -1;
      } else {
        into[i]->append(buffer, static_cast<std::size_t>(got));
      }
    }
  }
  close(out[0]);
  close(err[0]);
  int status = 0;
  rusage used{};
  wait4(pid, &status, 0, &used);
  ended.peak_kib = used.ru_maxrss;
  ended.minor_faults = used.ru_minflt;
  if (WIFEXITED(status)) ended.status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) ended.signal = late ? SIGALRM : WTERMSIG(status);
  return ended;
}

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.is_open()) << path;
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

std::string without_times(std::string report) {
  static const std::pair<std::regex, const char*> kTimes[] = {
      {std::regex(R"(\(\d+ ms( total)?\))"), "(N ms$1)"},
      {std::regex(R"re((timestamp)="[^"]*")re"), "$1=\"T\""},
      {std::regex(R"re((time)="[0-9.]*")re"), "$1=\"N\""},
      {std::regex(R"re("timestamp": "[^"]*")re"), "\"timestamp\": \"T\""},
      {std::regex(R"re("time": "[0-9.]*s")re"), "\"time\": \"N\""}};
  for (const auto& [pattern, replacement] : kTimes)
    report = std::regex_replace(report, pattern, replacement);
  return report;
}

std::string first_difference(const std::string& one, const std::string& other) {
  constexpr std::size_t kShown = 400;
  if (one == other) return "";
  std::istringstream lines_of_one(one);
  std::istringstream lines_of_other(other);
  for (int number = 1;; ++number) {
    std::string line;
    std::string other_line;
    const bool more = static_cast<bool>(std::getline(lines_of_one, line));
    const bool other_more = static_cast<bool>(std::getline(lines_of_other, other_line));
    if (more && other_more && line == other_line) continue;
    return "line " + std::to_string(number) + "\n  " + (more ? line.substr(0, kShown) : "(end)") +
           "\n  " + (other_more ? other_line.substr(0, kShown) : "(end)");
  }
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
  return found;
}

bool holds_within(std::chrono::milliseconds limit, const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

std::vector<std::string> descendants() {
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  struct Process {
    std::string name;
    int parent;
  };
  std::map<int, Process> processes;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    std::ifstream stat(entry.path() / "stat");
    std::string line;
    if (!std::getline(stat, line)) continue;
    const std::size_t open = line.find('(');
    const std::size_t close = line.rfind(')');
    std::istringstream rest(line.substr(close + 1));
    std::string state;
    int parent = 0;
    rest >> state >> parent;
    if (state != "Z")
      processes[std::atoi(line.c_str())] = {line.substr(open + 1, close - open - 1), parent};
  }
  std::vector<std::string> found;
  for (const auto& [pid, process] : processes) {
    int ancestor = process.parent;
    while (ancestor != getpid() && processes.contains(ancestor))
      ancestor = processes.at(ancestor).parent;
    if (ancestor == getpid()) found.push_back(std::to_string(pid) + " " + process.name);
  }
  return found;
}

std::vector<pid_t> descendants(const std::string& name) {
  std::vector<pid_t> found;
  for (const std::string& process : descendants()) {
    if (process.ends_with(" " + name)) found.push_back(std::stoi(process));
  }
  return found;
}

void adopt_orphans() { prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

std::vector<std::string> stale_cgroups() {
  std::vector<std::string> found;
  std::error_code ignored;
  // "cloister-NAMESPACE-PID-...": those of other pid namespaces are of other lanes.
  struct stat own{};
  stat("/proc/self/ns/pid", &own);
  const std::string prefix = "cloister-" + std::to_string(own.st_ino) + "-";
  for (auto entry = fs::recursive_directory_iterator("/sys/fs/cgroup", ignored);
       entry != fs::recursive_directory_iterator(); entry.increment(ignored)) {
    const std::string name = entry->path().filename();
    if (!name.starts_with(prefix)) continue;
    const int run = std::atoi(name.c_str() + prefix.size());
    if (kill(run, 0) != 0 && errno == ESRCH) found.push_back(entry->path().string());
  }
  return found;
}

}  // namespace cloister::selftests
