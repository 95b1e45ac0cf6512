// What became of one run of one test: plain values, for whoever shows, counts, writes down or (one
// day) repeats them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cloister/report.h>

#include "adapters/command/kinds/kind.h"

namespace cloister::command {

// A test binary and what is to run of it.
struct Binary {
  std::string program;         // as it was named
  const Kind* kind = nullptr;  // nullptr: linked with Cloister
  std::vector<Test> tests;     // all that it has
};

// A test that was selected.
struct Selected {
  const Binary* binary = nullptr;
  const Test* test = nullptr;
};

enum class Verdict : std::uint8_t {
  kPass,
  kSkip,
  kFail,
  kCrash,    // killed by a signal
  kTimeout,  // by its deadline
  kMemory,   // by its memory cap
  kCpuTime,  // by its cap on processor time
  kNoCell,   // it never ran: no cell, or nothing to execute
  kNotRun,   // it was not started: the run had been told to stop
};
// "PASS", "TIMEOUT"
std::string_view verdict_word(Verdict verdict);
bool is_bad(Verdict verdict);
// That of a cell whose guest did not pass.
Verdict bad_verdict(const Outcome& outcome);

struct Attempt {
  std::uint32_t test = 0;  // its place among those selected
  Verdict verdict = Verdict::kNotRun;
  std::string message;      // what went wrong, or why it was skipped
  bool tells_left = false;  // the message has what was left in the cell
  CellReport cell;
};

// What guests of `cloister run` tell before they execute a test, and what the watcher adds to their
// reports.
enum class Note : std::uint16_t { kNotExecuted = 1, kNotStarted, kReport };

// A pass needs the framework's success as exit status *and* its report that exactly this test ran
// and passed.
Attempt judge(const Selected& selected, CellReport&& report,
              const std::vector<std::string>& command);

}  // namespace cloister::command
