// The keeper: lets GoogleTest drive, with replays in place of the tests. Each replay waits for the
// record of its test and re-issues its events in the scope where they happened. So filters, order,
// counting and every report are GoogleTest's own.
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

  // Runs everything that GoogleTest selects. Returns what RUN_ALL_TESTS() returns.
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
  // The test's record; the empty one of `not_run_` if the run was interrupted before.
  RecordPtr wait_for(TestId id);
  void take_interruption();
  std::string what_ran(std::string_view running) const;
  // Goes to the receiver of results: result_stream.h.
  void tell_what_no_test_told() const;
  // Of this iteration; says so if it is incomplete.
  void look_at_report();
  void end_interruption();
  void replay(const Record& record, Phase phase) const;
  void replay_parts(const Record& record, std::span<const Part* const> parts,
                    Record::Span output) const;
  void reissue(testing::TestPartResult::Type type, const std::string& file, int line,
               const std::string& message) const;
  void replay_start(int iteration);
  void replay_iteration_end();
  // For a test that GoogleTest passes over: replays what listeners in the guest did before and
  // after that.
  RecordPtr record_of_passed_over(const testing::TestInfo& test);
  void replay_before_skip(const Record& record) const;
  void replay_after_skip(const Record& record) const;
  void replay_well_ended(const Record& record, bool set_up_is_shown) const;
  void replay_all(const Record& record, bool set_up_is_shown) const;
  void replay_leaks(const Record& record, const testing::TestInfo& test) const;
  void replay_files(const Record& record, const testing::TestInfo& test) const;
  void replay_end(const Record& record, const testing::TestInfo& test) const;
  void replay_once(const ShownOnce& what);
  // In that phase a guest that is shown left GoogleTest's loop: the keeper will leave it too,
  // before anything more is reported.
  void note_if_it_gave_up(const Record& record, Phase phase);
  void leave_loop_if_guest_did() const;
  void note_own_set_up_failures(const Record& record) const;
  void note_that_it_did_not_run(const Record& record, const testing::TestInfo& test) const;
  void remember_ends(const RecordPtr& record);
  // If no test was replayed, the ends are those of the first test's cell.
  void remember_ends_without_tests();
  bool guests_do_more_than_their_tests() const;
  void record_properties(const Record& record, Owner owner) const;
  RecordPtr first_of(const testing::TestSuite& suite);
  RecordPtr last_of(const testing::TestSuite& suite);

  Options options_;
  Registry registry_;
  ListenersReplaced* listeners_ = nullptr;  // while it runs
  EnvironmentsReplaced environments_;
  testing::TestPartResultReporterInterface* reporter_ = nullptr;

  std::vector<TestId> order_;
  Inbox inbox_;
  // While the iteration's report is incomplete.
  std::optional<Interruption> interruption_;
  std::optional<Pausing> pausing_;
  bool interruption_taken_ = false;
  std::unordered_set<TestId> replayed_ids_;  // in this iteration
  std::unordered_set<TestId> begun_;         // likewise: GoogleTest has reached them
  RecordPtr not_run_;
  bool report_is_whole_ = true;
  RecordPtr passed_over_;  // of the test that is passed over
  Times times_;            // of the last replayed test
  RecordPtr replayed_;     // of that test, until its end is reported
  Timing timing_;
  ResultStream results_;
  testing::TimeInMillis suite_time_ = 0;
  ShownRecords shown_;
  bool loop_was_left_ = false;            // by a guest, and so here
  std::unique_ptr<GuestListener> guest_;  // in a guest only
};

}  // namespace cloister::googletest
