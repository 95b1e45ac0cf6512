// The keeper: lets GoogleTest drive, with replays in place of the tests. Each replay waits for the
// record of its test and re-issues what happened in the scope where it happened, so that filters,
// order, counting and every report are GoogleTest's own.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <unordered_set>
#include <vector>

#include "adapters/googletest/forwarding_listener.h"
#include "adapters/googletest/guest_listener.h"
#include "adapters/googletest/inbox.h"
#include "adapters/googletest/interruption.h"
#include "adapters/googletest/listeners.h"
#include "adapters/googletest/options.h"
#include "adapters/googletest/registry.h"
#include "adapters/googletest/result_stream.h"
#include "adapters/googletest/timing.h"
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
  void OnTestEnd(const testing::TestInfo& test) override;
  void OnTestSuiteEnd(const testing::TestSuite& suite) override;
  void OnTestIterationEnd(const testing::UnitTest& unit_test, int iteration) override;

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
  void reissue(testing::TestPartResult::Type type, const std::string& file, int line,
               const std::string& message) const;
  void replay_all(const Record& record, bool first_of_suite) const;
  void replay_leaks(const Record& record, const testing::TestInfo& test) const;
  void replay_end(const Record& record, const testing::TestInfo& test) const;
  void replay_end_of_world(const Record& record, Phase phase) const;
  void note_own_set_up_failures(const Record& record) const;
  void note_that_it_did_not_run(const Record& record, const testing::TestInfo& test) const;
  void remember_tear_downs(const RecordPtr& record, bool first_of_suite);
  void reissue_others(const std::vector<Part>& others, const Record* shown) const;
  void record_properties(const Record& record, Scope scope) const;
  RecordPtr first_of_current_suite();

  Options options_;
  Registry registry_;
  ListenersReplaced* listeners_ = nullptr;  // while it runs
  std::vector<testing::Environment*>* environments_ = nullptr;
  std::vector<testing::Environment*> users_environments_;
  bool environments_replaced_ = false;
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
  Times times_;         // of the test that was replayed last
  RecordPtr replayed_;  // that test's, until its end is told
  Timing timing_;
  ResultStream results_;
  testing::TimeInMillis suite_time_ = 0;
  RecordPtr first_of_program_;  // shown for the environments' set-up, and
  RecordPtr for_tear_down_;     // for their tear-down
  RecordPtr first_of_suite_;
  // What else failed, in the cells of tests that are not shown for all.
  std::vector<Part> other_suite_failures_;
  std::vector<Part> other_world_failures_;
  std::unique_ptr<GuestListener> guest_;  // in a guest only
};

}  // namespace cloister::googletest
