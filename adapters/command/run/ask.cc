#include "adapters/command/run/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "adapters/command/run/run_warden.h"
#include "framework/config/settings.h"
#include "framework/report/words.h"
#include "framework/watch/outbox.h"
#include "framework/wire/bytes.h"

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
class AnyWords final : public Kind {
 public:
  std::string_view name() const override { return "question"; }
  bool answers_so(std::string_view) const override { return false; }
  Result<std::vector<Test>> list(const Ask&) const override { return std::vector<Test>(); }
  std::vector<std::string> report_arguments(std::span<const std::string>) const override {
    return {};
  }
  FrameworkReport read(std::span<const std::string>) const override { return {}; }
};

struct Question {
  std::string program;
  std::vector<std::string> arguments;
  std::chrono::milliseconds timeout{};
  bool with_services = false;

  std::string encoded() const {
    ByteWriter out;
    out.number<std::int64_t>(timeout.count());
    out.number(with_services);
    out.text(program);
    for (const std::string& argument : arguments) out.text(argument);
    return out.bytes();
  }
  static Question of(std::string_view encoded) {
    ByteReader in(encoded);
    Question question;
    question.timeout = std::chrono::milliseconds(in.number<std::int64_t>());
    question.with_services = in.number<bool>();
    question.program = in.text();
    while (in.ok() && !in.at_end()) question.arguments.emplace_back(in.text());
    return question;
  }
};

// A question as the one test of a run. It points into itself.
struct OrderOf {
  explicit OrderOf(const Question& question, const std::vector<SharedService>& services = {})
      : binary{question.program, &kind, {}} {
    test.name = fmt::format("{}", fmt::join(question.arguments, " "));
    test.arguments = question.arguments;
    order.which = {{.number = 0,
                    .config = CellConfig()
                                  .with_deadline(question.timeout)
                                  .with_output(kMostAnswer)
                                  .with_leaks(Leaks::kIgnore)
                                  .with_files(Files::kHost)}};
    if (!question.with_services) return;
    order.which.front().services = services;
    order.services = services;
  }
  OrderOf(const OrderOf&) = delete;
  OrderOf& operator=(const OrderOf&) = delete;

  AnyWords kind;
  Binary binary;
  Test test;
  std::vector<Selected> tests{{&binary, &test}};
  std::vector<std::string> no_flags;
  CellsOrder order{.tests = tests, .which = {}, .flags = no_flags};
};

// Before a question. What else comes is what a watch is told while its user stops the run
// (framework/watch/outbox.h), come too late.
constexpr char kAsked = 'q';

std::optional<Question> read_question(const Fd& socket) {
  char byte = 0;
  while (byte != kAsked) {
    const ssize_t got = ::read(socket.get(), &byte, 1);
    if (got == 0 || (got < 0 && errno != EINTR)) return std::nullopt;
  }
  const auto message = read_message(socket);
  if (!message) return std::nullopt;
  return Question::of(*message);
}

// A process that is there no more is noticed by what it does not say.
void send_question(const Fd& socket, const Question& question) {
  std::ignore = ::send(socket.get(), &kAsked, 1, MSG_NOSIGNAL);
  Outbox outbox(Fd(::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0)));
  outbox.put(question.encoded());
  outbox.flush_all();
}

// What kept it from an answer; empty where nothing did.
std::string trouble_of(const CellReport& report, std::chrono::milliseconds timeout) {
  if (report.out.dropped + report.err.dropped > 0)
    return fmt::format("it printed more than {}", bytes_text(kMostAnswer));
  if (const auto number = why_not_executed(report)) return errno_text(*number);
  if (std::holds_alternative<Exited>(report.outcome)) return "";
  if (std::holds_alternative<TimedOut>(report.outcome))
    return fmt::format("it gave no answer within {}", duration_text(timeout));
  if (const auto* signaled = std::get_if<Signaled>(&report.outcome))
    return fmt::format("it was killed by {}", signal_text(signaled->signal));
  return "it " + ending_text(report);
}

}  // namespace

Result<Questions> Questions::begin(std::vector<SharedService> services) {
  const bool has_services = !services.empty();
  auto process = CellsProcess::start([&services](Fd socket) {
    std::optional<OrderOf> asked;
    watch_cells(
        [&]() -> const CellsOrder* {
          const auto question = read_question(socket);
          if (!question) return nullptr;
          return &asked.emplace(*question, services).order;
        },
        socket);
  });
  if (!process) return std::unexpected(process.error());
  return Questions(std::move(*process), has_services);
}

Result<CellReport> Questions::hear_answer(const std::string& program,
                                          const std::vector<std::string>& arguments,
                                          std::chrono::milliseconds timeout, bool with_services) {
  const Question question{program, arguments, timeout, with_services};
  const OrderOf asked(question);
  std::optional<CellReport> report;
  const RunEvents events{[](std::uint32_t) {},
                         [&report](Attempt&& attempt) { report = std::move(attempt.cell); },
                         [](const std::string&) {}, [](const Binary&, const std::string&) {}};
  send_question(process_.socket(), question);
  interrupted_ = process_.hear(asked.order, events);
  const std::string doing = fmt::format("ask '{} {}'", program, asked.test.name);
  if (interrupted_ != 0) {
    return std::unexpected(Error{
        fmt::format("{}: interrupted by {}", doing, signal_text(interrupted_)), 0, "run it again"});
  }
  if (!report) {
    const auto ended = process_.end();
    return std::unexpected(ended
                               ? Error{doing + ": nothing was heard of its cell", 0, "run it again"}
                               : ended.error());
  }
  if (const std::string trouble = trouble_of(*report, timeout); !trouble.empty()) {
    if (has_services_ && !with_services && !why_not_executed(*report))
      return hear_answer(program, arguments, timeout, true);
    return std::unexpected(Error{doing + ": " + trouble, 0, "run it by hand to see why"});
  }
  return std::move(*report);
}

Result<Answer> Questions::ask(const std::string& program, const std::vector<std::string>& arguments,
                              std::chrono::milliseconds timeout) {
  auto report = hear_answer(program, arguments, timeout, false);
  if (!report) return std::unexpected(report.error());
  return Answer{std::get<Exited>(report->outcome).status, std::move(report->out.kept),
                std::move(report->err.kept), reports_of(*report)};
}

}  // namespace cloister::command
