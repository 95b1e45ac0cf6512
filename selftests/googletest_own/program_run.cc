#include "selftests/googletest_own/program_run.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace googletest_own {
namespace {

namespace fs = std::filesystem;

constexpr int kNotStarted = 127;  // what a shell says of a command that it cannot find

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What a developer's shell or a test runner may have set, and would change what the tests do.
bool is_for_googletest(const std::string& variable) {
  for (const char* prefix : {"GTEST_", "GMOCK_", "TEST_", "TESTBRIDGE_", "XML_OUTPUT_FILE="}) {
    if (variable.starts_with(prefix)) return true;
  }
  return false;
}

std::vector<std::string> environment_of(const RunRequest& request, const fs::path& tmp) {
  std::vector<std::string> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!is_for_googletest(*variable)) environment.emplace_back(*variable);
  }
  if (!tmp.empty()) environment.push_back("TEST_TMPDIR=" + tmp.string() + "/");
  environment.insert(environment.end(), request.environment.begin(), request.environment.end());
  return environment;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

void redirect(const fs::path& file, int stream) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  ::dup2(fd, stream);
  ::close(fd);
}

struct Place {
  fs::path work, out, err;
};

[[noreturn]] void become(std::vector<std::string> command, std::vector<std::string> environment,
                         const Place& place, bool join_streams) {
  ::setpgid(0, 0);  // so that everything can be killed when the time is up
  const rlimit no_core = {0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);  // some programs are meant to crash
  if (::chdir(place.work.c_str()) != 0) ::_exit(kNotStarted);
  ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
  redirect(place.out, STDOUT_FILENO);
  redirect(place.err, STDERR_FILENO);
  if (join_streams) ::dup2(STDOUT_FILENO, STDERR_FILENO);
  ::execve(command[0].c_str(), pointers_to(command).data(), pointers_to(environment).data());
  ::_exit(kNotStarted);
}

std::string wait_for_end(pid_t pid, std::chrono::seconds limit) {
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  pollfd ended = {pidfd, POLLIN, 0};
  const auto milliseconds = std::chrono::milliseconds(limit).count();
  const bool in_time = ::poll(&ended, 1, static_cast<int>(milliseconds)) == 1;
  ::close(pidfd);
  if (!in_time) ::kill(-pid, SIGKILL);
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (!in_time) return "killed after " + std::to_string(limit.count()) + " s";
  return WIFEXITED(status) ? "exit status " + std::to_string(WEXITSTATUS(status))
                           : "signal " + std::to_string(WTERMSIG(status));
}

}  // namespace

RunRequest parse_run(const std::string& words) {
  RunRequest request;
  std::istringstream in(words);
  for (std::string word; in >> word;) {
    if (word == "2>&1") {
      request.join_streams = true;
    } else if (word[0] != '-' && word.find('=') != std::string::npos) {
      request.environment.push_back(word);
    } else {
      request.flags.push_back(word);
    }
  }
  return request;
}

ProgramRun run_program(const fs::path& program, const RunRequest& request, const fs::path& place,
                       bool shares_tmp, std::chrono::seconds limit) {
  const Place files = {place / "work", place / "out", place / "err"};
  fs::create_directory(files.work);
  fs::path tmp;
  if (shares_tmp) fs::create_directory(tmp = place / "tmp");

  std::vector<std::string> command = {program};
  // First, so that the flags of a run may say otherwise.
  command.push_back(std::string("--gtest_output=json:") + kReportFile);
  command.insert(command.end(), request.flags.begin(), request.flags.end());
  const std::vector<std::string> environment = environment_of(request, tmp);

  const pid_t pid = ::fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid == 0) become(command, environment, files, request.join_streams);
  ProgramRun run;
  run.ending = wait_for_end(pid, limit);
  if (run.ending == "exit status " + std::to_string(kNotStarted))
    throw std::runtime_error("cannot start " + program.string());
  run.out = read_file(files.out);
  run.err = read_file(files.err);
  for (const auto& entry : fs::directory_iterator(files.work))
    run.files[entry.path().filename()] = read_file(entry.path());
  return run;
}

}  // namespace googletest_own
