// What happened in one run of one test: plain values, for code that shows, counts, records or (one
// day) repeats them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <cloister/report.h>

#include "adapters/command/kinds/kind.h"
#include "framework/report/verdict.h"

namespace cloister::command {

// A test binary and what to run of it.
struct Binary {
  std::string program;         // as the user named it
  const Kind* kind = nullptr;  // nullptr: linked with Cloister
  std::vector<Test> tests;     // all of its tests
};

// A test that was selected.
struct Selected {
  const Binary* binary = nullptr;
  const Test* test = nullptr;
};

// For each program, the failures in it that belong to no test.
using FailuresBeside = std::map<const Binary*, std::set<std::string>>;

struct Attempt {
  std::uint32_t test = 0;  // its index among those selected
  Verdict verdict = Verdict::kNotRun;
  std::string message;        // what went wrong, or why it was skipped
  bool tells_left = false;    // the message lists what was left in the cell
  bool tells_limits = false;  // and the limits that the cell ran into
  bool is_of_others = false;  // its report is complete, but not about this test alone
  // Failures of its program that belong to no test but to environments and suites, in the
  // framework's words. Each of the program's tests may report them.
  std::vector<std::string> beside{};
  CellReport cell;
};

// As bytes, from the warden to the process that shows it. Nothing for what encode() has not
// written.
std::string encode(const Attempt& attempt);
std::optional<Attempt> decode_attempt(std::string_view bytes);

// What guests of `cloister run` send before they execute a test, and what the warden adds to their
// reports.
enum class Note : std::uint16_t { kNotExecuted = 1, kNotStarted, kReport };
// The errno, if the guest could not execute its program.
std::optional<int> why_not_executed(const CellReport& cell);
// What it wrote to its report files, kReports of them.
std::vector<std::string> reports_of(const CellReport& cell);

// Judges how its process ended and what its own report says; leaves Attempt::cell out. A pass needs
// both: an exit status that is the framework's success, *and* its report that exactly this test ran
// and passed.
Attempt judge_end(const Selected& selected, const CellReport& cell,
                  const std::vector<std::string>& command);
// Judges what became of the files it wrote: what could not be put in place fails it, as do
// conflicts that are to fail.
using NameOfTest = std::function<std::string(std::uint32_t test)>;
void judge_files(const Selected& selected, const CellReport& cell, const NameOfTest& name_of,
                 Attempt& attempt);

}  // namespace cloister::command
