#include "adapters/googletest/result_stream.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <utility>

#include "adapters/googletest/registry.h"
#include "framework/config/settings.h"
#include "framework/report/encode.h"
#include "framework/wire/bytes.h"

namespace cloister::googletest {
namespace {

constexpr const char* kVariable = "CLOISTER_RESULTS_FD";

std::string messages_of(const testing::TestResult& result) {
  std::string text;
  for (int i = 0; i < result.total_part_count(); ++i) {
    const testing::TestPartResult& part = result.GetTestPartResult(i);
    if (part.passed()) continue;
    if (part.file_name() != nullptr && *part.file_name() != '\0')
      text += std::string(part.file_name()) + ":" + std::to_string(part.line_number()) + ": ";
    text += part.message();
    if (!text.ends_with('\n')) text += '\n';  // GoogleTest 1.13 and newer ends some with one
  }
  return text;
}

}  // namespace

bool ResultStream::is_asked_for() { return ::getenv(kVariable) != nullptr; }

ResultStream ResultStream::from_environment() {
  ResultStream stream;
  const char* text = ::getenv(kVariable);
  if (text == nullptr) return stream;
  if (const auto number = parse_count(text, 1U << 20)) stream.fd_.reset(static_cast<int>(*number));
  ::fcntl(stream.fd_.get(), F_SETFD, FD_CLOEXEC);  // no test's that starts the program anew
  ::unsetenv(kVariable);
  return stream;
}

void ResultStream::begin(std::vector<const testing::TestInfo*> tests) {
  if (!fd_.open()) return;
  tests_ = std::move(tests);
  begun_.clear();
}

void ResultStream::put(const testing::TestInfo& test, const CellReport& cell,
                       const std::vector<std::string>& notes) {
  if (!fd_.open()) return;
  begun_.insert(&test);
  const testing::TestResult& result = *test.result();
  std::string words = messages_of(result);
  for (const std::string& note : notes) words += fmt::format("cloister: note: {}\n", note);
  send(full_name(test),
       result.Failed()    ? Result::kFailed
       : result.Skipped() ? Result::kSkipped
                          : Result::kPassed,
       words, cell);
}

void ResultStream::put_not_begun() const {
  const std::string words = messages_of(testing::UnitTest::GetInstance()->ad_hoc_test_result());
  for (const testing::TestInfo* test : tests_) {
    if (!begun_.contains(test)) send(full_name(*test), Result::kNotBegun, words, {});
  }
}

void ResultStream::put_beside(const testing::TestResult& result,
                              const testing::TestSuite* suite) const {
  if (!result.Failed()) return;
  const std::string where =
      suite == nullptr ? "outside of all suites:\n"
                       : std::string(suite->name()) + ": SetUpTestSuite or TearDownTestSuite:\n";
  send("", Result::kBeside, where + messages_of(result), {});
}

void ResultStream::send(const std::string& name, Result result, const std::string& words,
                        const CellReport& cell) const {
  if (!fd_.open()) return;
  ByteWriter body;
  body.text(name);
  body.number(result);
  body.text(words);
  body.bytes() += encode(cell);
  ByteWriter message;
  message.text(body.bytes());
  std::string_view rest = message.bytes();
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nobody listens any more
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace cloister::googletest
