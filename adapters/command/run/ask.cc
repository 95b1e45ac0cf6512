#include "adapters/command/run/ask.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>

#include "adapters/command/run/child.h"
#include "framework/config/settings.h"
#include "framework/report/words.h"

namespace cloister::command {
namespace {

constexpr std::size_t kMostAnswer = std::size_t{16} << 20;
constexpr std::size_t kMostReport = std::size_t{64} << 20;
// What a process that has ended may leave in its pipes is there at once; who else holds them open
// is none of ours.
constexpr std::chrono::milliseconds kAfterEnd{200};

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

Result<Fd> make_report_file() {
  Fd file(::memfd_create("test-report", MFD_CLOEXEC));
  if (!file.open()) return failed("make a memory file for a test's report");
  return file;
}

std::string read_report_file(const Fd& file) {
  struct stat status{};
  if (::fstat(file.get(), &status) != 0 || status.st_size <= 0 ||
      static_cast<std::size_t>(status.st_size) > kMostReport)
    return "";
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

Result<Answer> ask_binary(const std::string& program, const std::vector<std::string>& arguments,
                          std::chrono::milliseconds timeout) {
  ChildStart start{program, arguments, environment_of_tests(), {}};
  std::vector<Fd> files;
  for (int i = 0; i < kReports; ++i) {
    auto file = make_report_file();
    if (!file) return std::unexpected(file.error());
    files.push_back(std::move(*file));
  }
  for (const Fd& file : files) start.files.push_back(&file);
  const std::string doing = fmt::format("ask '{} {}'", program, fmt::join(arguments, " "));

  boost::asio::io_context io;
  boost::asio::steady_timer timer(io, timeout);
  Answer answer;
  std::string problem;
  std::unique_ptr<Child> child;
  const auto give_up = [&](std::string why) {
    if (problem.empty()) problem = std::move(why);
    child->kill(SIGKILL);
  };
  const auto into = [&](std::string& text) {
    return [&](std::string_view bytes) {
      if (answer.out.size() + answer.err.size() + bytes.size() > kMostAnswer)
        return give_up(fmt::format("it printed more than {}", bytes_text(Bytes{kMostAnswer})));
      text += bytes;
    };
  };
  auto started = Child::start(io, start, into(answer.out), into(answer.err), [&](int status) {
    answer.status = status;
    child->kill(SIGKILL);
    timer.expires_after(kAfterEnd);
    timer.async_wait([&](auto) { child->stop_reading(); });
  });
  if (!started) return std::unexpected(started.error());
  child = std::move(*started);
  timer.async_wait([&](auto error) {
    if (!error) give_up(fmt::format("it gave no answer within {}", duration_text(timeout)));
  });
  io.run();
  if (problem.empty() && answer.status > 128)
    problem = fmt::format("it was killed by {}", signal_text(answer.status - 128));
  if (!problem.empty())
    return std::unexpected(Error{doing + ": " + problem, 0, "run it by hand to see why"});
  for (const Fd& file : files) answer.reports.push_back(read_report_file(file));
  return answer;
}

}  // namespace cloister::command
