// Runs one build of a test program to its end and keeps what it left behind: how it ended, what it
// printed and the files in its working directory. Judges nothing.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace googletest_own {

// The flags of one run, with what else a shell's command line may say about it:
// "GTEST_TOTAL_SHARDS=3 --gtest_shuffle 2>&1".
struct RunRequest {
  std::vector<std::string> flags;
  std::vector<std::string> environment;  // NAME=VALUE
  bool join_streams = false;             // 2>&1
};
RunRequest parse_run(const std::string& words);

struct ProgramRun {
  std::string ending;  // "exit status 1", "signal 6", ...
  std::string out;     // holds both streams when they were joined
  std::string err;
  std::map<std::string, std::string> files;  // by name
};

// Where GoogleTest is told to write its report; ProgramRun::files has it unless the program died.
inline constexpr const char* kReportFile = "report.json";

// Runs `program` in a fresh working directory below `place`, which must be an empty directory.
// `shares_tmp` gives the process a fresh directory for its temporary files, through TEST_TMPDIR: a
// cell has one of its own. Throws std::runtime_error when the program cannot be started.
ProgramRun run_program(const std::filesystem::path& program, const RunRequest& request,
                       const std::filesystem::path& place, bool shares_tmp,
                       std::chrono::seconds limit);

}  // namespace googletest_own
