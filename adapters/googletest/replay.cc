// What the keeper's replays do: each prints what its guest printed and re-issues what was asserted
// there, in the scope where it was.
#include <fmt/format.h>
#include <gtest/gtest-spi.h>
#include <stdio.h>

#include <algorithm>

#include "adapters/googletest/keeper.h"
#include "adapters/googletest/ledger.h"
#include "adapters/googletest/private_access.h"
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

// With --gtest_throw_on_failure a failure ends the program, here as in a plain run: GoogleTest
// throws, or exits where it was built without exceptions. It is told of the failure once more for
// that, and nobody hears it.
void throw_if_asked(const TestPartResult& result) {
  if (!GTEST_FLAG_GET(throw_on_failure) || !result.failed()) return;
  testing::TestPartResultArray unheard;
  const testing::ScopedFakeTestPartResultReporter nobody(
      testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &unheard);
  // What it adds to each message, as newer releases an empty line, is in this one already.
  using testing::internal::AssertHelper;
  AssertHelper(TestPartResult::kSuccess, "", 0, "") = testing::Message();
  const std::string_view added = unheard.GetTestPartResult(0).message();
  std::string message = result.message();
  if (message.ends_with(added)) message.erase(message.size() - added.size());
  AssertHelper(result.type(), result.file_name(), result.line_number(), message.c_str()) =
      testing::Message();
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

void say_what_is_not_shown(const Record& record, const testing::TestInfo& test) {
  if (!record.left_out) return;
  fmt::print(stderr, "cloister: note: {} has reported too much: some of it is not shown\n",
             full_name(test));
}

// What it left, where that is not a failure by itself.
void say_what_was_left(const Record& record, const testing::TestInfo& test) {
  const bool fails =
      record.cell.leaks == Leaks::kFail && std::holds_alternative<Finished>(record.cell.outcome);
  if (fails) return;
  for (const std::string& line : leftovers_text(record.cell, false))
    fmt::print(stderr, "cloister: note: {} left{} {}\n", full_name(test), sharing_text(record.cell),
               line);
}

bool ended_well(const Record& record) {
  return std::holds_alternative<Finished>(record.cell.outcome);
}

// An exception ends the run, and is shown where it does.
bool fails_at_program_end(const Record& record) {
  return record.failed_in(Phase::kProgramEnd) && !record.gave_up_in(Phase::kProgramEnd);
}

// Made by GoogleTest for a test that it passes over.
bool is_googletests_skip(const Part* part) {
  return part->type == TestPartResult::kSkip && part->message.empty();
}

// A suite without a set-up of its own has nothing to wait for.
bool has_own(testing::internal::SetUpTestSuiteFunc function) {
  return function != nullptr && function != &testing::Test::SetUpTestSuite &&
         function != &testing::Test::TearDownTestSuite;
}

}  // namespace

// What the guest printed and asserted in one stretch of its life. The parts of a stretch need not
// follow each other: threads have their own pace.
void Keeper::replay(const Record& record, Phase phase) const {
  const std::vector<const Part*> parts = record.parts_of(phase);
  replay_parts(record, parts, record.output_of(phase));
}

// Prints that output and re-issues those assertions between, each where it was made.
void Keeper::replay_parts(const Record& record, std::span<const Part* const> parts,
                          Record::Span output) const {
  auto& [from, to] = output;
  for (const Part* part : parts) {
    const std::uint64_t out = std::clamp(part->out_offset, from.out_offset, to.out_offset);
    const std::uint64_t err = std::clamp(part->err_offset, from.err_offset, to.err_offset);
    print(stdout, record.cell.out.kept, from.out_offset, out);
    print(stderr, record.cell.err.kept, from.err_offset, err);
    from.out_offset = out;
    from.err_offset = err;
    reissue(part->type, part->file, part->line, part->message);
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
  const bool set_up_is_shown = shown_.suite != nullptr;
  if (!set_up_is_shown) shown_.suite = record;
  ended_well(*record) ? replay_well_ended(*record, set_up_is_shown)
                      : replay_all(*record, set_up_is_shown && record == shown_.suite);
  note_if_it_gave_up(*record, Phase::kBody);
  replay_end(*record, test);
  replay_leaks(*record, test);
  replay_files(*record, test);
  say_what_is_not_shown(*record, test);
  say_what_was_limited(*record, test);
  say_what_was_left(*record, test);
  record_properties(*record, Owner::kTest);
  if (options_.ledger) record_ledger(*record);
  if (options_.timing) timing_.take(record->cell);
  remember_ends(record);
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

// Its set-up failed or skipped, here as in its cell, and listeners have heard of it nevertheless.
// With --gtest_fail_fast it is passed over here only.
RecordPtr Keeper::record_of_passed_over(const testing::TestInfo& test) {
  const UnitTest& unit_test = *UnitTest::GetInstance();
  const testing::TestResult& suite = unit_test.current_test_suite()->ad_hoc_test_result();
  const bool may_be =
      suite.Failed() || suite.Skipped() || unit_test.ad_hoc_test_result().HasFatalFailure();
  if (!may_be || !any_listener_in_guest() || GTEST_FLAG_GET(fail_fast)) return nullptr;
  const RecordPtr record = wait_for(Registry::id_of(test));
  const bool is = record->ran && record->times.start == 0 && ended_well(*record);
  return is ? record : nullptr;
}

void Keeper::replay_before_skip(const Record& record) const {
  const std::vector<const Part*> parts = record.parts_of(Phase::kBody);
  const auto skip = std::ranges::find_if(parts, is_googletests_skip);
  Record::Span output = record.output_of(Phase::kBody);
  if (skip != parts.end()) output.to = {{}, (*skip)->out_offset, (*skip)->err_offset};
  replay_parts(record, {parts.begin(), skip}, output);
}

void Keeper::replay_after_skip(const Record& record) const {
  const std::vector<const Part*> parts = record.parts_of(Phase::kBody);
  const auto skip = std::ranges::find_if(parts, is_googletests_skip);
  if (skip == parts.end()) return;
  const PhaseStart from{{}, (*skip)->out_offset, (*skip)->err_offset};
  replay_parts(record, {skip + 1, parts.end()}, {from, record.output_of(Phase::kBody).to});
  record_properties(record, Owner::kTest);
}

void Keeper::replay_well_ended(const Record& record, bool set_up_is_shown) const {
  // A thread that goes on needs neither set-up nor listener to say something there.
  if (!set_up_is_shown) replay(record, Phase::kSuiteSetUp);
  note_own_set_up_failures(record);
  replay(record, Phase::kBody);
  // A plain run passes whatever fails there: here it is known whose it is.
  if (fails_at_program_end(record)) replay(record, Phase::kProgramEnd);
  replay(record, Phase::kAfterEnd);
  if (!record.ran) note_that_it_did_not_run(record, *UnitTest::GetInstance()->current_test_info());
}

// Everything that is known goes to the test itself, whichever stretch it happened in.
void Keeper::replay_all(const Record& record, bool set_up_is_shown) const {
  if (&record != shown_.iteration_start.get()) {
    replay(record, Phase::kProgramStart);
    replay(record, Phase::kIterationStart);
  }
  if (&record != shown_.environments.get()) replay(record, Phase::kEnvironmentSetUp);
  if (!set_up_is_shown) {
    replay(record, Phase::kSuiteStart);
    replay(record, Phase::kSuiteSetUp);
  }
  for (const Phase phase : {Phase::kBody, Phase::kSuiteTearDown, Phase::kEnvironmentTearDown,
                            Phase::kIterationEnd, Phase::kProgramEnd, Phase::kAfterEnd}) {
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
  std::string words = fmt::format("cloister: {} was expected to {}", name, end_words(end));
  words += ended_well(record) ? " but ended normally" : "\n" + failure_words(record, name);
  reissue(TestPartResult::kFatalFailure, file, line, words);
}

// A bad end, expected or not, leaves what it leaves: only a test that ended well could have tidied
// up.
void Keeper::replay_leaks(const Record& record, const testing::TestInfo& test) const {
  if (!ended_well(record)) return;
  const std::string words = leak_words(record.cell, full_name(test), "--cloister_leaks");
  if (!words.empty()) reissue(TestPartResult::kFatalFailure, test.file(), test.line(), words);
}

// What became of the files that it wrote.
void Keeper::replay_files(const Record& record, const testing::TestInfo& test) const {
  const std::string words = put_failure_words(record);
  if (!words.empty()) {
    reissue(TestPartResult::kFatalFailure, test.file(), test.line(),
            fmt::format("cloister: {}: {}", full_name(test), words));
  }
  for (const FileConflict& conflict : record.cell.files.conflicts) {
    reissue(TestPartResult::kFatalFailure, test.file(), test.line(),
            "cloister: " + conflict_words(registry_, record.cell.id, conflict));
  }
}

// A set-up that failed in this test's cell and not in the one shown for the whole suite fails this
// test.
void Keeper::note_own_set_up_failures(const Record& record) const {
  for (const Part& part : record.parts) {
    if (part.phase >= Phase::kBody || !part.failed()) continue;
    const Record* shown = shown_.of(part.phase);
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

void Keeper::remember_ends(const RecordPtr& record) {
  shown_.suite_tear_down.take(record);
  shown_.environment_tear_down.take(record);
  shown_.iteration_end.take(record);
  if (!fails_at_program_end(*record)) shown_.program_end.take(record);
}

bool Keeper::guests_do_more_than_their_tests() const {
  return !environments_.users().empty() || any_listener_in_guest();
}

void Keeper::remember_ends_without_tests() {
  if (!replayed_ids_.empty() || order_.empty() || !guests_do_more_than_their_tests()) return;
  // Of tests that share a cell the last one has them.
  for (auto id = order_.begin();
       id != order_.end() && shown_.environment_tear_down.shown() == nullptr; ++id)
    remember_ends(wait_for(*id));
}

void Keeper::record_properties(const Record& record, Owner owner) const {
  for (const Property& property : record.properties) {
    if (property.owner == owner) testing::Test::RecordProperty(property.key, property.value);
  }
}

RecordPtr Keeper::first_of(const testing::TestSuite& suite) {
  for (int i = 0; i < suite.total_test_count(); ++i) {
    const testing::TestInfo& test = *suite.GetTestInfo(i);
    if (test.should_run()) return wait_for(Registry::id_of(test));
  }
  return nullptr;
}

RecordPtr Keeper::last_of(const testing::TestSuite& suite) {
  for (int i = suite.total_test_count(); i > 0; --i) {
    const testing::TestInfo& test = *suite.GetTestInfo(i - 1);
    if (test.should_run()) return wait_for(Registry::id_of(test));
  }
  return nullptr;
}

// What listeners in the guest did at the start of the program is shown with the iteration's: no
// guest is there before.
void Keeper::replay_start(int iteration) {
  shown_.iteration_start = wait_for(order_.front());
  if (iteration == 0) {
    shown_.program_start = shown_.iteration_start;
    replay(*shown_.program_start, Phase::kProgramStart);
    note_if_it_gave_up(*shown_.program_start, Phase::kProgramStart);
  }
  replay(*shown_.iteration_start, Phase::kIterationStart);
  note_if_it_gave_up(*shown_.iteration_start, Phase::kIterationStart);
  leave_loop_if_guest_did();
}

void Keeper::replay_suite_set_up() {
  if (shown_.suite == nullptr) {
    if (!registry_.current_suite_has(has_own)) return;
    shown_.suite = first_of(*UnitTest::GetInstance()->current_test_suite());
  }
  if (shown_.suite == nullptr) return;
  replay(*shown_.suite, Phase::kSuiteSetUp);
  note_if_it_gave_up(*shown_.suite, Phase::kSuiteSetUp);
}

void Keeper::replay_suite_tear_down() {
  // A set-up that failed has left the tests out.
  if (shown_.suite_tear_down.shown() == nullptr && shown_.suite != nullptr) {
    const bool shares = shown_.suite->cell.tasks > 1;
    shown_.suite_tear_down.take(shares ? last_of(*UnitTest::GetInstance()->current_test_suite())
                                       : shown_.suite);
  }
  replay_once(shown_.suite_tear_down);
  if (shown_.suite_tear_down.shown() != nullptr)
    record_properties(*shown_.suite_tear_down.shown(), Owner::kSuite);
  shown_.suite = nullptr;
  shown_.suite_tear_down.clear();
}

void Keeper::replay_once(const ShownOnce& what) {
  if (what.shown() == nullptr) return;
  replay(*what.shown(), what.phase());
  for (const Part& part : what.others()) reissue(part.type, part.file, part.line, part.message);
  note_if_it_gave_up(*what.shown(), what.phase());
}

// An environment or a listener that throws makes GoogleTest leave its loop. It says so by a part,
// which is one of those that are replayed, and does nothing more for this exception.
void Keeper::note_if_it_gave_up(const Record& record, Phase phase) {
  loop_was_left_ = loop_was_left_ || record.gave_up_in(phase);
}

void Keeper::leave_loop_if_guest_did() const {
  if (loop_was_left_) private_access::throw_assertion_exception();
}

void Keeper::replay_environments_set_up() {
  if (!guests_do_more_than_their_tests()) return;
  shown_.environments = wait_for(order_.front());
  replay(*shown_.environments, Phase::kEnvironmentSetUp);
  note_if_it_gave_up(*shown_.environments, Phase::kEnvironmentSetUp);
  leave_loop_if_guest_did();
}

void Keeper::replay_environments_tear_down() {
  remember_ends_without_tests();
  replay_once(shown_.environment_tear_down);
  leave_loop_if_guest_did();
}

void Keeper::replay_iteration_end() {
  remember_ends_without_tests();
  replay_once(shown_.iteration_end);
  if (shown_.environment_tear_down.shown() != nullptr)
    record_properties(*shown_.environment_tear_down.shown(), Owner::kProgram);
}

}  // namespace cloister::googletest
