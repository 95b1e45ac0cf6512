#include "adapters/command/run/ask.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "adapters/command/run/cells.h"
#include "framework/config/settings.h"
#include "framework/report/words.h"

namespace cloister::command {
namespace {

using namespace literals;

constexpr Bytes kMostAnswer = 16_MiB;

// Selection, sharding, repetition and reports are the runner's: as variables they would be a
// second opinion. A name that ends in '_' stands for all that begin so.
constexpr std::string_view kRemoved[] = {"GTEST_",
                                         "BOOST_TEST_",
                                         "CLOISTER=",
                                         "TEST_PREMATURE_EXIT_FILE=",
                                         "XML_OUTPUT_FILE=",
                                         "TEST_TOTAL_SHARDS=",
                                         "TEST_SHARD_",
                                         "TESTBRIDGE_TEST_ONLY=",
                                         "BAZEL_TEST=",
                                         "TEST_SHARD_STATUS_FILE=",
                                         "CLOISTER_RESULTS_FD="};

bool is_removed(std::string_view variable) {
  // Colour changes nothing but looks.
  if (variable.starts_with("GTEST_COLOR=")) return false;
  return std::ranges::any_of(
      kRemoved, [variable](std::string_view name) { return variable.starts_with(name); });
}

}  // namespace

std::vector<std::string> environment_of_tests(const std::vector<std::string>& added) {
  std::vector<std::string> all;
  for (char** at = ::environ; *at != nullptr; ++at) {
    if (!is_removed(*at)) all.emplace_back(*at);
  }
  all.insert(all.end(), added.begin(), added.end());
  return all;
}

namespace {

// Only its own words are of interest, and what its answer leaves in the cell is not.
class Question final : public Kind {
 public:
  std::string_view name() const override { return "question"; }
  bool answers_so(std::string_view) const override { return false; }
  Result<std::vector<Test>> list(const Ask&) const override { return std::vector<Test>(); }
  std::vector<std::string> report_arguments(std::span<const std::string>) const override {
    return {};
  }
  Told read(std::span<const std::string>) const override { return {}; }
};

struct Trouble {
  const CellReport& report;
  std::chrono::milliseconds timeout;

  std::string operator()(const Exited&) const { return ""; }
  std::string operator()(const Signaled& o) const {
    return fmt::format("it was killed by {}", signal_text(o.signal));
  }
  std::string operator()(const TimedOut&) const {
    return fmt::format("it gave no answer within {}", duration_text(timeout));
  }
  std::string operator()(const auto&) const { return "it " + ending_text(report); }
};

std::string trouble_of(const CellReport& report, std::chrono::milliseconds timeout) {
  if (report.out.dropped + report.err.dropped > 0)
    return fmt::format("it printed more than {}", bytes_text(kMostAnswer));
  if (const auto number = why_not_executed(report)) return errno_text(*number);
  return std::visit(Trouble{report, timeout}, report.outcome);
}

}  // namespace

Result<Answer> ask_binary(const std::string& program, const std::vector<std::string>& arguments,
                          std::chrono::milliseconds timeout) {
  const Question question;
  const Binary binary{program, &question, {}};
  Test test;
  test.name = fmt::format("{}", fmt::join(arguments, " "));
  test.arguments = arguments;
  const std::vector<Selected> tests{{&binary, &test}};
  const std::vector<std::string> no_flags;
  const CellConfig config =
      CellConfig().with_deadline(timeout).with_output(kMostAnswer).with_leaks(Leaks::kIgnore);
  const CellsOrder order{tests, {0}, {config}, no_flags};
  std::optional<CellReport> report;
  const RunEvents events{[](std::uint32_t) {},
                         [&report](Attempt&& attempt) { report = std::move(attempt.cell); },
                         [](const std::string&) {}, [](const Binary&, const std::string&) {}};
  const auto signal = run_in_cells(order, events);
  if (!signal) return std::unexpected(signal.error());
  const std::string doing = fmt::format("ask '{} {}'", program, test.name);
  if (!report) {
    return std::unexpected(Error{fmt::format("{}: interrupted by {}", doing, signal_text(*signal)),
                                 0, "run it again"});
  }
  if (const std::string trouble = trouble_of(*report, timeout); !trouble.empty())
    return std::unexpected(Error{doing + ": " + trouble, 0, "run it by hand to see why"});
  return Answer{std::get<Exited>(report->outcome).status, std::move(report->out.kept),
                std::move(report->err.kept), reports_of(*report)};
}

}  // namespace cloister::command
