#include "adapters/command/run/linked.h"

#include <fmt/format.h>
#include <signal.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/signal_set.hpp>
#include <map>
#include <set>

#include "adapters/command/run/ask.h"
#include "adapters/command/run/child.h"
#include "framework/report/encode.h"
#include "framework/report/outcome_traits.h"
#include "framework/wire/bytes.h"

namespace cloister::command {
namespace {

namespace asio = boost::asio;

// One start of the binary, and the tests it is for.
struct Batch {
  std::vector<std::uint32_t> which;
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
};

constexpr std::string_view kFilter = "--gtest_filter=";
constexpr std::size_t kLongestArgument = 100000;  // below MAX_ARG_STRLEN: execve(2)

// Tests that a filter selects exactly go together; any other has a start of its own.
std::vector<Batch> batches_of(const LinkedOrder& order) {
  std::vector<Batch> batches;
  Batch together;
  const auto close = [&] {
    if (!together.which.empty()) batches.push_back(std::exchange(together, {}));
  };
  for (const std::uint32_t number : order.which) {
    const Test& test = *order.tests[number].test;
    if (test.arguments.size() > 1 || !test.environment.empty()) {
      batches.push_back({{number}, test.arguments, test.environment});
      continue;
    }
    if (together.which.empty()) {
      together.arguments = test.arguments;
    } else {
      together.arguments[0] += ":" + test.arguments[0].substr(kFilter.size());
    }
    together.which.push_back(number);
    if (together.arguments[0].size() > kLongestArgument) close();
  }
  close();
  return batches;
}

// As the program tells it: adapters/googletest/result_stream.h.
enum class StreamedResult : std::uint8_t { kPassed, kFailed, kSkipped, kNotBegun, kBeside };

Verdict verdict_of(StreamedResult told, const Outcome& outcome) {
  if (told == StreamedResult::kPassed) return Verdict::kPass;
  return told == StreamedResult::kSkipped ? Verdict::kSkip : info_of(outcome).verdict;
}

class LinkedRun {
 public:
  LinkedRun(const LinkedOrder& order, const Batch& batch, const RunEvents& events)
      : order_(order),
        batch_(batch),
        events_(events),
        signals_(io_, SIGINT, SIGTERM, SIGHUP),
        results_(io_) {
    for (const std::uint32_t number : batch.which)
      waiting_.emplace(order.tests[number].test->report_name, number);
  }

  Result<int> run() {
    auto pipe = make_pipe();
    if (!pipe) return std::unexpected(pipe.error());
    ChildStart start{order_.tests[batch_.which.front()].binary->program, order_.flags, {}, {}};
    for (const auto& more : {batch_.arguments, order_.cell_flags})
      start.arguments.insert(start.arguments.end(), more.begin(), more.end());
    if (order_.fail_fast) start.arguments.emplace_back("--gtest_fail_fast");
    start.environment = environment_of_tests(batch_.environment);
    start.environment.emplace_back("CLOISTER_RESULTS_FD=3");
    start.files = {&pipe->write_end};
    const auto keep = [this](std::string_view bytes) { keep_output(bytes); };
    auto child = Child::start(io_, start, keep, keep, [this](ChildEnd end) { end_ = end; });
    if (!child) return std::unexpected(child.error());
    pipe->write_end.reset();
    results_.assign(pipe->read_end.release());
    signals_.async_wait([&](auto error, int signal) {
      if (error) return;
      interrupted_ = signal;
      (*child)->kill(signal);
    });
    hear_next();
    io_.run();
    interrupted_ == 0 ? tell_of_the_rest() : tell_of_those_not_run();
    return interrupted_;
  }

 private:
  void keep_output(std::string_view bytes) {
    constexpr std::size_t kKept = 4000;  // the end of it tells why a binary ended early
    output_ += bytes;
    if (output_.size() > 2 * kKept) output_.erase(0, output_.size() - kKept);
  }

  void hear_next() {
    asio::async_read(
        results_, asio::buffer(&length_, sizeof length_), [this](auto error, std::size_t) {
          if (error) return signals_.cancel();
          message_.resize(length_);
          asio::async_read(results_, asio::buffer(message_), [this](auto wrong, std::size_t) {
            if (wrong) return signals_.cancel();
            hear();
            hear_next();
          });
        });
  }

  void hear() {
    ByteReader in(message_);
    const std::string name(in.text());
    const auto told = in.number<StreamedResult>();
    const std::string message(in.text());
    auto report = decode_report(in.rest());
    if (report && told == StreamedResult::kBeside) return take_beside(message);
    auto found = waiting_.find(name);
    // A list may write a name otherwise than the program itself: who is alone is meant.
    if (found == waiting_.end() && batch_.which.size() == 1) found = waiting_.begin();
    if (found == waiting_.end()) return;
    if (!report) {
      unread_ = report.error();
      return;
    }
    if (interrupted_ != 0 && std::holds_alternative<Interrupted>(report->outcome)) {
      waiting_.erase(found);  // and it goes on being one that was running
      return;
    }
    if (told == StreamedResult::kNotBegun) {
      not_begun_.emplace(found->second, message);
      waiting_.erase(found);
      return;
    }
    Attempt attempt;
    attempt.test = found->second;
    attempt.verdict = verdict_of(told, report->outcome);
    if (told != StreamedResult::kPassed) attempt.message = message;
    attempt.cell = std::move(*report);
    failed_ = failed_ || is_bad(attempt.verdict);
    waiting_.erase(found);
    events_.ended(std::move(attempt));
  }

  void take_beside(const std::string& words) {
    failed_ = any_beside_ = true;
    events_.failed_beside(*order_.tests[batch_.which.front()].binary, words);
  }

  // The program has reported what was running when it was told to end.
  void tell_of_those_not_run() {
    for (const auto& [name, number] : waiting_) {
      Attempt attempt;
      attempt.test = number;
      events_.ended(std::move(attempt));
    }
  }

  // Every test was reported, or its absence is a failure; and so is a failure of the program that
  // no test told of.
  void tell_of_the_rest() {
    const std::string& program = order_.tests[batch_.which.front()].binary->program;
    // An environment skips all tests, or fails in a way that ends the program's run.
    for (auto& [number, words] : not_begun_) {
      Attempt attempt;
      attempt.test = number;
      attempt.verdict = any_beside_ ? Verdict::kNotRun : Verdict::kSkip;
      if (!any_beside_) attempt.message = std::move(words);
      events_.ended(std::move(attempt));
    }
    for (const auto& [name, number] : waiting_) {
      Attempt attempt;
      attempt.test = number;
      if (!order_.fail_fast || !failed_) {
        attempt.verdict = Verdict::kFail;
        const std::string why =
            unread_.empty() ? fmt::format("'{}' {} without it", program, end_.text()) : unread_;
        attempt.message =
            fmt::format("cloister: {} was not reported: {}; the end of what it printed:\n{}\n",
                        order_.tests[number].test->name, why, output_);
      }
      events_.ended(std::move(attempt));
    }
    if (end_.is_success() || failed_ || !waiting_.empty()) return;
    take_beside(fmt::format(
        "cloister: '{}' {} although each of its tests passed; the end of what it printed:\n{}\n",
        program, end_.text(), output_));
  }

  std::string unread_;  // why a report could not be read
  const LinkedOrder& order_;
  const Batch& batch_;
  const RunEvents& events_;
  asio::io_context io_;
  asio::signal_set signals_;
  asio::posix::stream_descriptor results_;
  std::multimap<std::string, std::uint32_t> waiting_;
  std::map<std::uint32_t, std::string> not_begun_;  // and what its environments say
  std::uint32_t length_ = 0;
  std::string message_;
  std::string output_;
  ChildEnd end_;
  bool failed_ = false;
  bool any_beside_ = false;
  int interrupted_ = 0;  // by this signal
};

}  // namespace

Result<int> run_linked(const LinkedOrder& order, const RunEvents& events) {
  bool failed = false;
  const RunEvents seen{events.started,
                       [&](Attempt&& attempt) {
                         failed = failed || is_bad(attempt.verdict);
                         events.ended(std::move(attempt));
                       },
                       events.noted,
                       [&](const Binary& binary, const std::string& words) {
                         failed = true;
                         events.failed_beside(binary, words);
                       }};
  for (const Batch& batch : batches_of(order)) {
    if (failed && order.fail_fast) break;
    for (const std::uint32_t number : batch.which) events.started(number);
    const auto whole = LinkedRun(order, batch, seen).run();
    if (!whole || *whole != 0) return whole;
  }
  return 0;
}

}  // namespace cloister::command
