// What `cloister run` must know about a test framework: how to detect it, list a binary's tests,
// run exactly one of them, and read its report. One file per framework next to this one; used by
// adapters/command/run. Kinds start no process and print nothing.
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
  // The name that people see, filter and use: "Suite.Test", "suite/case"; one printable line.
  std::string name;
  std::string raw_name{};         // the framework's own name, if that is not the report's
  std::string report_name;        // as the framework's report calls it
  bool is_asked_by_name = false;  // its arguments cannot select a test of another name
  bool disabled = false;          // by its author: runs only on request
  std::string refusal;  // why the binary cannot be told to run this test alone; else empty
  std::vector<std::string> arguments;    // they make the binary run only this test
  std::vector<std::string> environment;  // likewise, NAME=VALUE
};

// A report's result for one test. A test that was selected and never begun neither passed nor was
// skipped by its body; what is beside the tests (FrameworkReport) says why.
enum class ReportedResult : std::uint8_t { kPassed, kFailed, kSkipped, kNotBegun };
struct ReportedTest {
  std::string report_name;
  ReportedResult said{};
  std::string message;  // from the framework: failures, or the reason of a skip
};
struct FrameworkReport {
  bool whole = false;  // the report was written completely
  std::vector<ReportedTest> ran;
  // Failures that belong to no test, but to environments and suites, in the framework's own words.
  std::vector<std::string> beside{};
};

// A binary's answer to a question.
struct Answer {
  int status = 0;  // with which it exited
  std::string out;
  std::string err;
  std::vector<std::string> reports;  // what it wrote to the files that it was given
};
// Starts the binary with these arguments. In them report_path(0) and report_path(1) stand for files
// that it may write.
using Ask = std::function<Result<Answer>(const std::vector<std::string>& arguments)>;

class Kind {
 public:
  virtual ~Kind() = default;
  // The value for --kind.
  virtual std::string_view name() const = 0;
  // Whether this answer to --help means that a binary is of this kind.
  virtual bool answers_so(std::string_view help) const = 0;
  // Every test of the binary, including disabled ones, in its own order.
  virtual Result<std::vector<Test>> list(const Ask& ask) const = 0;
  // The test of that name as list() has it, if the name is enough to run it. The report tells
  // whether the binary has that test and no other of the same name.
  virtual std::optional<Test> named(std::string_view /*name*/) const { return std::nullopt; }
  // The rest of a test's command line: where to report to, and in which form.
  virtual std::vector<std::string> report_arguments(std::span<const std::string> paths) const = 0;
  virtual FrameworkReport read(std::span<const std::string> reports) const = 0;
  // What the process's output says about its one test, if it could not write its report. Nothing if
  // that proves nothing.
  virtual std::optional<FrameworkReport> read_console(const Test&, std::string_view /*out*/) const {
    return std::nullopt;
  }
  // Whether the process, which a signal has ended, passed its test and died only while writing its
  // report, because the test removed something that this needs.
  virtual bool died_of_its_report(const Test&, int /*signal*/, std::string_view /*out*/,
                                  std::string_view /*err*/) const {
    return false;
  }
  // Adds failures that belong to no test, if the report cannot hold them but the output shows them.
  virtual void look_beside(std::string_view /*out*/, FrameworkReport& /*told*/) const {}
  // Whether a process that ended with `status` claims success, given `said` in its report.
  virtual bool is_success(int status, ReportedResult) const { return status == 0; }
  // Whether the framework first runs the tests that a test depends on.
  virtual bool runs_dependencies() const { return false; }
};

// Stands for the path of a report in the arguments of a binary, until the path is known.
std::string report_path(int number);
inline constexpr int kReports = 2;  // how many files each test gets to report to

std::unique_ptr<Kind> make_googletest();
std::unique_ptr<Kind> make_catch2();
std::unique_ptr<Kind> make_doctest();
std::unique_ptr<Kind> make_boost_test();

// Each kind once, in the order in which they are tried.
std::span<const std::unique_ptr<Kind>> kinds();
// nullptr if there is none of that name.
const Kind* kind_named(std::string_view name);

}  // namespace cloister::command
