// Records as guests would have left them, made by hand, and a reporter that tells what is re-issued
// of them.
#pragma once

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <stdio.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/googletest/messages.h"

namespace cloister::googletest {

// A guest's life, told from its beginning: MadeUp().in(Phase::kBody).says("a").fails("b").record().
class MadeUp {
 public:
  MadeUp() { record_.ran = true; }
  MadeUp& in(Phase phase) {
    phase_ = phase;
    record_.cell.phases.push_back({static_cast<std::uint8_t>(phase), out(), err()});
    return *this;
  }
  MadeUp& says(const std::string& text) {
    record_.cell.out.kept += text;
    return *this;
  }
  MadeUp& says_on_stderr(const std::string& text) {
    record_.cell.err.kept += text;
    return *this;
  }
  MadeUp& asserts(testing::TestPartResult::Type type, const std::string& message, int line = 1) {
    record_.parts.push_back({phase_, type, true, "guest.cc", line, message, out(), err()});
    return *this;
  }
  MadeUp& fails(const std::string& message, int line = 1) {
    return asserts(testing::TestPartResult::kNonFatalFailure, message, line);
  }
  MadeUp& skips(const std::string& message) {
    return asserts(testing::TestPartResult::kSkip, message);
  }
  MadeUp& has(Owner owner, const std::string& key) {
    record_.properties.push_back({owner, key, "value"});
    return *this;
  }
  MadeUp& ends(Outcome outcome) {
    record_.cell.outcome = std::move(outcome);
    return *this;
  }
  // What else there is to it.
  Record& with() { return record_; }
  std::shared_ptr<const Record> record() const { return std::make_shared<const Record>(record_); }

 private:
  std::uint64_t out() const { return record_.cell.out.kept.size(); }
  std::uint64_t err() const { return record_.cell.err.kept.size(); }

  Record record_;
  Phase phase_{};
};

// Keeps what it is told, and prints "<message>" on both streams where it is told.
class TellingReporter final : public testing::TestPartResultReporterInterface {
 public:
  void ReportTestPartResult(const testing::TestPartResult& part) override {
    told.push_back(part);
    fprintf(stdout, "<%s>", part.message());
    fprintf(stderr, "<%s>", part.message());
  }
  std::vector<testing::TestPartResult> told;
};

// What went to the two streams meanwhile.
struct Printed {
  std::string out;
  std::string err;
};
template <typename Action>
Printed printed_by(Action action) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  action();
  const std::string err = testing::internal::GetCapturedStderr();
  return {testing::internal::GetCapturedStdout(), err};
}

inline const testing::TestInfo& this_test() {
  return *testing::UnitTest::GetInstance()->current_test_info();
}

// The value of a property of the test that runs; empty if it has none of that name.
inline std::string property_of_this_test(const std::string& key) {
  const testing::TestResult& result = *this_test().result();
  for (int i = 0; i < result.test_property_count(); ++i) {
    if (result.GetTestProperty(i).key() == key) return result.GetTestProperty(i).value();
  }
  return "";
}

}  // namespace cloister::googletest
