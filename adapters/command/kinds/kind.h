// What `cloister run` must know of a test framework: how to find it out, list a binary's tests,
// run exactly one of them, and read the report of that. One file per framework beside this one;
// used by adapters/command/run. Kinds start no process and print nothing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framework/kernel/error.h"

namespace cloister::command {

// One test of a binary: a plain value.
struct Test {
  // As people see, filter and name it: "Suite.Test", "suite/case"; one line that can be printed.
  std::string name;
  std::string raw_name{};         // as the framework itself has it, where that is not the report's
  std::string report_name;        // as the framework's report calls it
  bool is_asked_by_name = false;  // its arguments can select no test of another name
  bool disabled = false;          // by its author: runs only when that is asked for
  std::string refusal;  // why the binary cannot be told to run this test alone; else empty
  std::vector<std::string> arguments;    // that make the binary run this test alone
  std::vector<std::string> environment;  // likewise, NAME=VALUE
};

// What a framework's report says of one test. One that was selected and never begun was neither
// passed nor skipped by its body: what is beside the tests (FrameworkReport) says why.
enum class ReportedResult : std::uint8_t { kPassed, kFailed, kSkipped, kNotBegun };
struct ReportedTest {
  std::string report_name;
  ReportedResult said{};
  std::string message;  // the framework's own: failures, or the reason of a skip
};
struct FrameworkReport {
  bool whole = false;  // the report was written to its end
  std::vector<ReportedTest> ran;
  // Failures that are no test's: of environments and suites, in the framework's own words.
  std::vector<std::string> beside{};
};

// What a binary answered when it was asked something.
struct Answer {
  int status = 0;  // with which it exited
  std::string out;
  std::string err;
  std::vector<std::string> reports;  // what it wrote to the files it was given
};
// Starts the binary with these arguments, in which report_path(0) and report_path(1) stand for
// files that it may write.
using Ask = std::function<Result<Answer>(const std::vector<std::string>& arguments)>;

class Kind {
 public:
  virtual ~Kind() = default;
  // As --kind takes it.
  virtual std::string_view name() const = 0;
  // Whether a binary that answers to --help so is of this kind.
  virtual bool answers_so(std::string_view help) const = 0;
  // Every test of the binary, the disabled ones too, in its own order.
  virtual Result<std::vector<Test>> list(const Ask& ask) const = 0;
  // The test of that name as list() has it, if its name is all that it takes to run it. Whether the
  // binary has such a test, and no other that is called so, its report tells.
  virtual std::optional<Test> named(std::string_view /*name*/) const { return std::nullopt; }
  // The rest of the command line of a test: where to report to, and in which form.
  virtual std::vector<std::string> report_arguments(std::span<const std::string> paths) const = 0;
  virtual FrameworkReport read(std::span<const std::string> reports) const = 0;
  // What the process printed tells of its one test, where it could not write its report. Nothing
  // where that is no evidence.
  virtual std::optional<FrameworkReport> read_console(const Test&, std::string_view /*out*/) const {
    return std::nullopt;
  }
  // Whether the process, which a signal has ended, passed its test and died of its report alone:
  // the test has taken away what that takes to be written.
  virtual bool died_of_its_report(const Test&, int /*signal*/, std::string_view /*out*/,
                                  std::string_view /*err*/) const {
    return false;
  }
  // Adds failures that are no test's, where the report has no place for them and what the process
  // printed tells of them.
  virtual void look_beside(std::string_view /*out*/, FrameworkReport& /*told*/) const {}
  // Whether a process that ended with `status` claims success when `said` is its report.
  virtual bool is_success(int status, ReportedResult) const { return status == 0; }
  // A framework that runs what a test depends on before it.
  virtual bool runs_dependencies() const { return false; }
};

// Stands for the path of a report in the arguments of a binary, until that is known.
std::string report_path(int number);
inline constexpr int kReports = 2;  // files that each test gets to report to

std::unique_ptr<Kind> make_googletest();
std::unique_ptr<Kind> make_catch2();
std::unique_ptr<Kind> make_doctest();
std::unique_ptr<Kind> make_boost_test();

// Each kind once, in the order they are tried.
std::span<const std::unique_ptr<Kind>> kinds();
// Nothing when there is none of that name.
const Kind* kind_named(std::string_view name);

}  // namespace cloister::command
