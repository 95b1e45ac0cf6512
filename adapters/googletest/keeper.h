// The keeper: lets GoogleTest drive, with replays in place of the tests. Each replay waits for the
// record of its test and re-issues what happened in the scope where it happened, so that filters,
// order, counting and every report are GoogleTest's own.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

#include "adapters/googletest/environments.h"
#include "adapters/googletest/forwarding_listener.h"
#include "adapters/googletest/guest_listener.h"
#include "adapters/googletest/inbox.h"
#include "adapters/googletest/interruption.h"
#include "adapters/googletest/listeners.h"
#include "adapters/googletest/registry.h"
#include "adapters/googletest/result_stream.h"
#include "adapters/googletest/shown_once.h"
#include "adapters/googletest/timing.h"
#include "framework/options/options.h"
#include "framework/watch/pausing.h"

namespace cloister::googletest {

class Keeper final : public ForwardingListener {
 public:
  // The only one, made on first use and never destroyed.
  static Keeper& instance();

  // Runs everything GoogleTest selects; what RUN_ALL_TESTS() returns.
  int run(const Options& options);

  // Called by the replays that stand in for tests, suites' hooks and environments.
  void replay_test(TestId id);
  void replay_suite_set_up();
  void replay_suite_tear_down();
  void replay_environments_set_up();
  void replay_environments_tear_down();

  void OnTestIterationStart(const testing::UnitTest& unit_test, int iteration) override;
  void OnTestSuiteStart(const testing::TestSuite& suite) override;
  void OnTestStart(const testing::TestInfo& test) override;
  void OnTestEnd(const testing::TestInfo& test) override;
  void OnTestSuiteEnd(const testing::TestSuite& suite) override;
  void OnTestIterationEnd(const testing::UnitTest& unit_test, int iteration) override;
  void OnTestProgramEnd(const testing::UnitTest& unit_test) override;

 private:
  Keeper();

  void prepare_guests();
  void become_guest(const GuestCall& call, int iteration);
  [[noreturn]] void explain_and_exit();
  void end_iteration();
  // The test's record; the empty one of `not_run_` when the run was interrupted before.
  RecordPtr wait_for(TestId id);
  void take_interruption();
  std::string what_ran(std::string_view running) const;
  // To who hears the results one by one.
  void tell_what_no_test_told() const;
  // Of this iteration; says so when it is not whole.
  void look_at_report();
  void end_interruption();
  void replay(const Record& record, Phase phase) const;
  void replay_parts(const Record& record, std::span<const Part* const> parts,
                    Record::Span output) const;
  void reissue(testing::TestPartResult::Type type, const std::string& file, int line,
               const std::string& message) const;
  void replay_start(int iteration);
  void replay_iteration_end();
  // Of a test that GoogleTest passes over, what listeners in the guest did before that is said, and
  // after it.
  RecordPtr record_of_passed_over(const testing::TestInfo& test);
  void replay_before_skip(const Record& record) const;
  void replay_after_skip(const Record& record) const;
  void replay_well_ended(const Record& record, bool set_up_is_shown) const;
  void replay_all(const Record& record, bool set_up_is_shown) const;
  void replay_leaks(const Record& record, const testing::TestInfo& test) const;
  void replay_files(const Record& record, const testing::TestInfo& test) const;
  void replay_end(const Record& record, const testing::TestInfo& test) const;
  void replay_once(const ShownOnce& what);
  // A guest that is shown left GoogleTest's loop in that stretch: the keeper will, before more is
  // said.
  void note_if_it_gave_up(const Record& record, Phase phase);
  void leave_loop_if_guest_did() const;
  void note_own_set_up_failures(const Record& record) const;
  void note_that_it_did_not_run(const Record& record, const testing::TestInfo& test) const;
  void remember_ends(const RecordPtr& record);
  // Where no test was replayed, the ends are as in the cell of the first.
  void remember_ends_without_tests();
  bool guests_do_more_than_their_tests() const;
  void record_properties(const Record& record, Scope scope) const;
  RecordPtr first_of(const testing::TestSuite& suite);

  Options options_;
  Registry registry_;
  ListenersReplaced* listeners_ = nullptr;  // while it runs
  EnvironmentsReplaced environments_;
  testing::TestPartResultReporterInterface* reporter_ = nullptr;

  std::vector<TestId> order_;
  Inbox inbox_;
  // While the iteration's report is not complete.
  std::optional<Interruption> interruption_;
  std::optional<Pausing> pausing_;
  bool interruption_taken_ = false;
  std::unordered_set<TestId> replayed_ids_;  // of this iteration
  std::unordered_set<TestId> begun_;         // likewise: GoogleTest has come to them
  RecordPtr not_run_;
  bool report_is_whole_ = true;
  RecordPtr passed_over_;  // the test that is
  Times times_;            // of the test that was replayed last
  RecordPtr replayed_;     // that test's, until its end is told
  Timing timing_;
  ResultStream results_;
  testing::TimeInMillis suite_time_ = 0;
  ShownRecords shown_;
  bool loop_was_left_ = false;            // by a guest, and so here
  std::unique_ptr<GuestListener> guest_;  // in a guest only
};

}  // namespace cloister::googletest
