// What the keeper's replays do: each prints what its guest printed and re-issues what was asserted
// there, in the scope where it was.
#include <fmt/format.h>
#include <gtest/gtest-spi.h>
#include <stdio.h>

#include <algorithm>

#include "adapters/googletest/keeper.h"
#include "adapters/googletest/ledger.h"
#include "adapters/googletest/words.h"
#include "framework/report/words.h"

namespace cloister::googletest {
namespace {

using testing::TestPartResult;
using testing::UnitTest;

void print(FILE* stream, const std::string& text, std::uint64_t from, std::uint64_t to) {
  to = std::min<std::uint64_t>(to, text.size());
  if (from < to) fwrite(text.data() + from, 1, to - from, stream);
}

// With --gtest_throw_on_failure a failure ends the program by this exception, here as in a plain
// run.
void throw_if_asked([[maybe_unused]] const TestPartResult& result) {
#if GTEST_HAS_EXCEPTIONS
  if (GTEST_FLAG_GET(throw_on_failure) && result.failed()) {
    throw testing::internal::GoogleTestFailureException(result);
  }
#endif
}

// The caps that the test ran into. A test that did not end well has them in its own words.
void say_what_was_limited(const Record& record, const testing::TestInfo& test) {
  if (!std::holds_alternative<Finished>(record.cell.outcome)) return;
  std::vector<std::string> notes = limit_notes(record);
  const std::string throttled = throttled_note(record);
  if (test.result()->Failed() && !throttled.empty()) notes.push_back(throttled);
  for (const std::string& note : notes) {
    fmt::print(stderr, "cloister: note: {}: {}\n", full_name(test), note);
  }
}

// What it left, where that is not a failure by itself.
void say_what_was_left(const Record& record, const testing::TestInfo& test) {
  const bool fails =
      record.cell.leaks == Leaks::kFail && std::holds_alternative<Finished>(record.cell.outcome);
  if (fails) return;
  for (const std::string& line : leftovers_text(record.cell, false))
    fmt::print(stderr, "cloister: note: {} left {}\n", full_name(test), line);
}

bool ended_well(const Record& record) {
  return std::holds_alternative<Finished>(record.cell.outcome);
}

bool has_the_same(const Record& record, const Part& wanted) {
  return std::ranges::any_of(record.parts, [&](const Part& part) {
    return part.phase == wanted.phase && part.file == wanted.file && part.line == wanted.line;
  });
}

void add_once(std::vector<Part>& parts, const Part& part) {
  const bool known = std::ranges::any_of(
      parts, [&](const Part& other) { return other.file == part.file && other.line == part.line; });
  if (!known) parts.push_back(part);
}

bool tears_down_a_world(const Record& record) {
  constexpr Phase kTearDown = Phase::kEnvironmentTearDown;
  const auto [from, to] = record.output_of(kTearDown);
  return from.out_offset != to.out_offset || from.err_offset != to.err_offset ||
         std::ranges::any_of(record.parts,
                             [](const Part& part) { return part.phase == kTearDown; });
}

// A suite without a set-up of its own has nothing to wait for.
bool has_own(testing::internal::SetUpTestSuiteFunc function) {
  return function != nullptr && function != &testing::Test::SetUpTestSuite &&
         function != &testing::Test::TearDownTestSuite;
}

}  // namespace

// Prints what the guest printed in one stretch of its life and re-issues its assertions between,
// each where it was made.
void Keeper::replay(const Record& record, Phase phase) const {
  auto [from, to] = record.output_of(phase);
  for (const Part& part : record.parts) {
    if (part.phase != phase) continue;
    const std::uint64_t out = std::clamp(part.out_offset, from.out_offset, to.out_offset);
    const std::uint64_t err = std::clamp(part.err_offset, from.err_offset, to.err_offset);
    print(stdout, record.cell.out.kept, from.out_offset, out);
    print(stderr, record.cell.err.kept, from.err_offset, err);
    from.out_offset = out;
    from.err_offset = err;
    reissue(part.type, part.file, part.line, part.message);
  }
  print(stdout, record.cell.out.kept, from.out_offset, to.out_offset);
  print(stderr, record.cell.err.kept, from.err_offset, to.err_offset);
}

void Keeper::reissue(TestPartResult::Type type, const std::string& file, int line,
                     const std::string& message) const {
  const TestPartResult result(type, file.c_str(), line, message.c_str());
  reporter_->ReportTestPartResult(result);
  throw_if_asked(result);
}

void Keeper::replay_test(TestId id) {
  const RecordPtr record = wait_for(id);
  const testing::TestInfo& test = *UnitTest::GetInstance()->current_test_info();
  if (record == not_run_) {
    return reissue(TestPartResult::kSkip, test.file(), test.line(),
                   fmt::format("cloister: {} was not run: the run was interrupted by {}",
                               full_name(test), Interruption::name()));
  }
  const bool first_of_suite = record == first_of_suite_;
  // The environments are torn down by the first cell's words, even when another iteration's set
  // them up. One that a test adds is torn down only.
  if (users_environments_.empty() ? for_tear_down_ == nullptr && tears_down_a_world(*record)
                                  : id == order_.front()) {
    for_tear_down_ = record;
  }
  if (ended_well(*record)) {
    note_own_set_up_failures(*record);
    replay(*record, Phase::kBody);
    replay(*record, Phase::kAfterEnd);
    if (!record->ran) note_that_it_did_not_run(*record, test);
  } else {
    replay_all(*record, first_of_suite);
  }
  replay_end(*record, test);
  replay_leaks(*record, test);
  say_what_was_limited(*record, test);
  say_what_was_left(*record, test);
  record_properties(*record, Scope::kTest);
  if (options_.ledger) record_ledger(*record);
  if (options_.timing) timing_.take(record->cell);
  remember_tear_downs(record, first_of_suite);
  times_ = record->times;
  if (times_.start == 0) {
    times_.start = test.result()->start_timestamp();
    times_.elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(record->cell.usage.wall).count();
  }
  replayed_ = record;
  replayed_ids_.insert(id);
  inbox_.drop(id);
}

// Everything that is known goes to the test itself, whichever stretch it happened in.
void Keeper::replay_all(const Record& record, bool first_of_suite) const {
  if (&record != first_of_program_.get()) replay(record, Phase::kEnvironmentSetUp);
  if (!first_of_suite) replay(record, Phase::kSuiteSetUp);
  for (const Phase phase :
       {Phase::kBody, Phase::kSuiteTearDown, Phase::kEnvironmentTearDown, Phase::kAfterEnd}) {
    replay(record, phase);
  }
  // Before GoogleTest came to anything: what the start of the program, or main(), said.
  if (record.last_phase() != Phase::kOwnWords) return;
  const PhaseStart& last = record.cell.phases.back();
  print(stdout, record.cell.out.kept, last.out_offset, record.cell.out.kept.size());
  print(stderr, record.cell.err.kept, last.err_offset, record.cell.err.kept.size());
}

// A test that did not end as it should fails, with one message that says how it did.
void Keeper::replay_end(const Record& record, const testing::TestInfo& test) const {
  const std::string name = full_name(test);
  if (!record.expectation) {
    const std::string words = failure_words(record, name);
    if (!words.empty()) reissue(TestPartResult::kFatalFailure, test.file(), test.line(), words);
    return;
  }
  const auto& [end, file, line] = *record.expectation;
  if (is_met(end, record.cell.outcome)) return;
  std::string words = fmt::format("cloister: {} was to {}", name, end_words(end));
  words += ended_well(record) ? ", and ended without" : "\n" + failure_words(record, name);
  reissue(TestPartResult::kFatalFailure, file, line, words);
}

// A bad end, expected or not, leaves what it leaves: only a test that ended well could have tidied
// up.
void Keeper::replay_leaks(const Record& record, const testing::TestInfo& test) const {
  if (!ended_well(record)) return;
  const std::string words = leak_words(record.cell, full_name(test), "--cloister_leaks");
  if (!words.empty()) reissue(TestPartResult::kFatalFailure, test.file(), test.line(), words);
}

// A set-up that failed in this test's cell and not in the one shown for the whole suite fails this
// test.
void Keeper::note_own_set_up_failures(const Record& record) const {
  for (const Part& part : record.parts) {
    if (part.phase >= Phase::kBody || !part.failed()) continue;
    const Record* shown =
        part.phase == Phase::kEnvironmentSetUp ? first_of_program_.get() : first_of_suite_.get();
    if (shown != nullptr && has_the_same(*shown, part)) continue;
    const std::string message = fmt::format("cloister: in {} of this test's own cell:\n{}",
                                            phase_words(part.phase), part.message);
    reissue(TestPartResult::kFatalFailure, part.file, part.line, message);
  }
}

// Its cell's own environments skipped or failed, or main() made GoogleTest pass it over.
void Keeper::note_that_it_did_not_run(const Record& record, const testing::TestInfo& test) const {
  if (test.result()->Failed()) return;
  for (const Part& part : record.parts) {
    if (part.type == TestPartResult::kSkip) reissue(part.type, part.file, part.line, part.message);
  }
  if (test.result()->Skipped()) return;
  reissue(
      TestPartResult::kFatalFailure, test.file(), test.line(),
      fmt::format("cloister: {} ended well, but GoogleTest did not run it in its cell\n  advice: "
                  "look for code before the run that selects tests by what it finds there",
                  full_name(test)));
}

void Keeper::remember_tear_downs(const RecordPtr& record, bool first_of_suite) {
  if (!ended_well(*record)) return;
  for (const Part& part : record->parts) {
    if (!part.failed()) continue;
    if (part.phase == Phase::kSuiteTearDown && !first_of_suite) {
      add_once(other_suite_failures_, part);
    } else if (part.phase == Phase::kEnvironmentTearDown && record != for_tear_down_) {
      add_once(other_world_failures_, part);
    }
  }
}

void Keeper::record_properties(const Record& record, Scope scope) const {
  for (const Property& property : record.properties) {
    if (property.scope == scope) testing::Test::RecordProperty(property.key, property.value);
  }
}

RecordPtr Keeper::first_of_current_suite() {
  const testing::TestSuite& suite = *UnitTest::GetInstance()->current_test_suite();
  for (int i = 0; i < suite.total_test_count(); ++i) {
    const testing::TestInfo& test = *suite.GetTestInfo(i);
    if (test.should_run()) return wait_for(Registry::id_of(test));
  }
  return nullptr;
}

void Keeper::replay_suite_set_up() {
  first_of_suite_ = nullptr;
  other_suite_failures_.clear();
  suite_time_ = 0;
  if (!registry_.current_suite_has(has_own)) return;
  first_of_suite_ = first_of_current_suite();
  if (first_of_suite_ != nullptr) replay(*first_of_suite_, Phase::kSuiteSetUp);
}

void Keeper::replay_suite_tear_down() {
  if (first_of_suite_ == nullptr) return;
  if (ended_well(*first_of_suite_)) replay(*first_of_suite_, Phase::kSuiteTearDown);
  record_properties(*first_of_suite_, Scope::kSuite);
  reissue_others(other_suite_failures_, first_of_suite_.get());
}

void Keeper::reissue_others(const std::vector<Part>& others, const Record* shown) const {
  for (const Part& part : others) {
    if (shown == nullptr || !has_the_same(*shown, part))
      reissue(part.type, part.file, part.line, part.message);
  }
}

// An environment that throws makes GoogleTest leave its loop. It says so by a part, which is one of
// those that are replayed, and does nothing more for this exception.
void Keeper::replay_end_of_world([[maybe_unused]] const Record& record,
                                 [[maybe_unused]] Phase phase) const {
#if GTEST_HAS_EXCEPTIONS
  if (!record.gave_up_in(phase)) return;
  throw testing::AssertionException(TestPartResult(TestPartResult::kFatalFailure, "", -1, ""));
#endif
}

void Keeper::replay_environments_set_up() {
  if (users_environments_.empty()) return;
  first_of_program_ = wait_for(order_.front());
  replay(*first_of_program_, Phase::kEnvironmentSetUp);
  replay_end_of_world(*first_of_program_, Phase::kEnvironmentSetUp);
}

void Keeper::replay_environments_tear_down() {
  if (for_tear_down_ == nullptr && !users_environments_.empty())
    for_tear_down_ = wait_for(order_.front());
  if (for_tear_down_ != nullptr) {
    if (ended_well(*for_tear_down_)) replay(*for_tear_down_, Phase::kEnvironmentTearDown);
    record_properties(*for_tear_down_, Scope::kProgram);
  }
  reissue_others(other_world_failures_, for_tear_down_.get());
  if (for_tear_down_ != nullptr) replay_end_of_world(*for_tear_down_, Phase::kEnvironmentTearDown);
}

}  // namespace cloister::googletest
