// The keeper: lets GoogleTest drive, with replays in place of the tests. Each replay waits for the
// record of its test and re-issues its events in the scope where they happened. So filters, order,
// counting and every report are GoogleTest's own.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "adapters/googletest/environments.h"
#include "adapters/googletest/forwarding_listener.h"
#include "adapters/googletest/guest_listener.h"
#include "adapters/googletest/guest_times.h"
#include "adapters/googletest/iteration.h"
#include "adapters/googletest/listeners.h"
#include "adapters/googletest/registry.h"
#include "adapters/googletest/replay.h"
#include "adapters/googletest/result_stream.h"
#include "adapters/googletest/shared_phases.h"
#include "framework/options/options.h"

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
  // The suite and the test that GoogleTest has reached.
  struct Reached {
    RecordPtr passed_over;  // of a test that it passes over, where listeners in guests heard of it
    RecordPtr replayed;
    GuestTimes times;
  };

  Keeper();

  void prepare_guests();
  void become_guest(const GuestCall& call, int iteration);
  [[noreturn]] void explain_and_exit(std::vector<TestId> order);
  // Ends the warden.
  void close_iteration();
  // And does not return from an iteration that was interrupted.
  void end_iteration();
  // Of this iteration; says so if it is incomplete.
  void look_at_report();
  // For a test that GoogleTest passes over.
  RecordPtr record_of_passed_over(const testing::TestInfo& test);
  RecordPtr first_of(const testing::TestSuite& suite);
  RecordPtr last_of(const testing::TestSuite& suite);
  // Of tests that share a cell and that GoogleTest has passed over: the end of that cell is with
  // one of them.
  void take_ends_of_passed_over();
  // Those, and if no test was replayed, the ends of the first cell.
  void take_ends_without_tests();
  bool guests_do_more_than_their_tests() const;

  Options options_;
  Registry registry_;
  EnvironmentsReplaced environments_;
  ListenersReplaced* listeners_ = nullptr;  // while it runs
  Replay replay_ = Replay::to_googletest();
  SharedPhases shared_{replay_};
  std::optional<Iteration> iteration_;  // while its report is incomplete
  Reached reached_;
  ResultStream results_;
  bool report_is_whole_ = true;
  std::unique_ptr<GuestListener> guest_;  // in a guest only
};

}  // namespace cloister::googletest
