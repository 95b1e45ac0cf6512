#include "adapters/googletest/replay_of_test.h"

#include <fmt/format.h>
#include <stdio.h>

#include <vector>

#include "adapters/googletest/words.h"
#include "framework/report/words.h"

namespace cloister::googletest {

using testing::TestPartResult;

void replay_not_run(const Replay& replay, const testing::TestInfo& test, std::string_view cause) {
  replay.reissue(TestPartResult::kSkip, test.file(), test.line(),
                 fmt::format("cloister: {} was not run: the run was interrupted by {}",
                             full_name(test), cause));
}

void ReplayOfTest::events(bool set_up_is_shown) const {
  if (ended_well(record_)) return well_ended(set_up_is_shown);
  all(set_up_is_shown && &record_ == shown_.suite.get());
}

void ReplayOfTest::end(const Registry& registry) const {
  end_of_cell(registry);
  record_properties(record_, Owner::kTest);
}

void ReplayOfTest::end_of_passed_over(const Registry& registry) const {
  if (!ended_well(record_)) after_body();
  end_of_cell(registry);
}

void ReplayOfTest::end_of_cell(const Registry& registry) const {
  outcome();
  leaks();
  files(registry);
  notes();
}

void ReplayOfTest::well_ended(bool set_up_is_shown) const {
  // A thread that goes on needs neither set-up nor listener to say something there.
  if (!set_up_is_shown) replay_.phase(record_, Phase::kSuiteSetUp);
  own_set_up_failures();
  replay_.phase(record_, Phase::kBody);
  // A plain run passes whatever fails there: here it is known whose it is.
  if (fails_at_program_end(record_)) replay_.phase(record_, Phase::kProgramEnd);
  replay_.phase(record_, Phase::kAfterEnd);
  if (!record_.ran) that_it_did_not_run();
}

// Everything that is known goes to the test itself, whichever stretch it happened in.
void ReplayOfTest::all(bool set_up_is_shown) const {
  if (&record_ != shown_.iteration_start.get()) {
    replay_.phase(record_, Phase::kProgramStart);
    replay_.phase(record_, Phase::kIterationStart);
  }
  if (&record_ != shown_.environments.get()) replay_.phase(record_, Phase::kEnvironmentSetUp);
  if (!set_up_is_shown) {
    replay_.phase(record_, Phase::kSuiteStart);
    replay_.phase(record_, Phase::kSuiteSetUp);
  }
  replay_.phase(record_, Phase::kBody);
  after_body();
  replay_.own_words(record_);
}

void ReplayOfTest::after_body() const {
  for (const Phase phase : {Phase::kSuiteTearDown, Phase::kEnvironmentTearDown,
                            Phase::kIterationEnd, Phase::kProgramEnd, Phase::kAfterEnd}) {
    replay_.phase(record_, phase);
  }
}

// A set-up that failed in this test's cell and not in the one shown for the whole suite fails this
// test.
void ReplayOfTest::own_set_up_failures() const {
  for (const Part& part : record_.parts) {
    if (part.phase >= Phase::kBody || !part.failed()) continue;
    const Record* shown = shown_.of(part.phase);
    if (shown != nullptr && has_the_same(*shown, part)) continue;
    replay_.reissue(TestPartResult::kFatalFailure, part.file.c_str(), part.line,
                    fmt::format("cloister: in {} of this test's own cell:\n{}",
                                phase_words(part.phase), part.message));
  }
}

// Its cell's own environments skipped or failed, or main() made GoogleTest pass it over.
void ReplayOfTest::that_it_did_not_run() const {
  if (test_.result()->Failed()) return;
  bool skipped = false;
  for (const Part& part : record_.parts) {
    if (part.type != TestPartResult::kSkip) continue;
    skipped = true;
    replay_.reissue(part);
  }
  if (skipped) return;
  replay_.fail(test_, fmt::format("cloister: {} ended well, but GoogleTest did not run it in its "
                                  "cell\n  advice: look for code before the run that selects tests "
                                  "by what it finds there",
                                  name_));
}

// A test that did not end as it should fails, with one message that says how it did.
void ReplayOfTest::outcome() const {
  if (!record_.expectation) {
    const std::string words = failure_words(record_, name_);
    if (!words.empty()) replay_.fail(test_, words);
    return;
  }
  const auto& [end, file, line] = *record_.expectation;
  if (is_met(end, record_.cell.outcome)) return;
  std::string words = fmt::format("cloister: {} was expected to {}", name_, end_words(end));
  words += ended_well(record_) ? " but ended normally" : "\n" + failure_words(record_, name_);
  replay_.reissue(TestPartResult::kFatalFailure, file.c_str(), line, words);
}

// A bad end, expected or not, leaves what it leaves: only a test that ended well could have tidied
// up.
void ReplayOfTest::leaks() const {
  if (!ended_well(record_)) return;
  const std::string words = leak_words(record_.cell, name_, "--cloister_leaks");
  if (!words.empty()) replay_.fail(test_, words);
}

// What became of the files that it wrote.
void ReplayOfTest::files(const Registry& registry) const {
  const std::string words = put_failure_words(record_);
  if (!words.empty()) replay_.fail(test_, fmt::format("cloister: {}: {}", name_, words));
  for (const FileConflict& conflict : record_.cell.files.conflicts)
    replay_.fail(test_, "cloister: " + conflict_words(registry, record_.cell.id, conflict));
}

void ReplayOfTest::notes() const {
  const auto note = [](const std::string& words) {
    fmt::print(stderr, "cloister: note: {}\n", words);
  };
  if (record_.left_out) note(name_ + " has reported too much: some of it is not shown");
  // The caps that it ran into. A test that did not end well has them in its own words.
  if (ended_well(record_)) {
    std::vector<std::string> limits = limit_notes(record_);
    const std::string throttled = throttled_note(record_);
    if (test_.result()->Failed() && !throttled.empty()) limits.push_back(throttled);
    for (const std::string& limit : limits) note(fmt::format("{}: {}", name_, limit));
  }
  if (!ended_well(record_) || test_.result()->Failed()) {
    const std::string services = services_text(record_.cell);
    if (!services.empty()) note(fmt::format("{}: {}", name_, services));
  }
  // What it left, where that is not a failure by itself.
  if (record_.cell.leaks == Leaks::kFail && ended_well(record_)) return;
  for (const std::string& line : leftovers_text(record_.cell, false))
    note(fmt::format("{} left{} {}", name_, sharing_text(record_.cell), line));
}

}  // namespace cloister::googletest
