// The only listener in a guest: turns GoogleTest's events into frames, tells those of the user's
// listeners that are meant for guests, and ends the process when the test has. In a process that
// the test forks it is out of the way: events go to the user's own listeners there, as they would
// in a plain run.
#pragma once

#include <gtest/gtest.h>

#include "adapters/googletest/forwarding_listener.h"
#include "adapters/googletest/messages.h"
#include "adapters/googletest/registry.h"
#include "framework/events/guest_side.h"

namespace cloister::googletest {

// How the process of a guest ends.
struct GuestEnd {
  bool static_destructors = false;  // by exit(3), not by _exit(2)
  bool has_other_threads = false;   // any of which may hold the lock of a FILE for ever
};

class GuestListener final : public ForwardingListener {
 public:
  // `users` gets the events of processes that the test forks.
  GuestListener(GuestSide guest, testing::TestEventListener* users, const testing::TestInfo& test,
                GuestEnd how);
  ~GuestListener() override;
  // The one that was made last; nullptr where there is none.
  static GuestListener* of_this_process();

  void OnEnvironmentsSetUpStart(const testing::UnitTest& u) override;
  void OnEnvironmentsSetUpEnd(const testing::UnitTest& u) override;
  void OnTestSuiteStart(const testing::TestSuite& s) override;
  void OnTestStart(const testing::TestInfo& t) override;
  void OnTestPartResult(const testing::TestPartResult& r) override;
  void OnTestEnd(const testing::TestInfo& t) override;
  void OnTestSuiteEnd(const testing::TestSuite& s) override;
  void OnEnvironmentsTearDownStart(const testing::UnitTest& u) override;
  void OnTestIterationEnd(const testing::UnitTest& u, int iteration) override;

  // For a guest that was forked in the middle of the run: the events that it has missed.
  void begin(const testing::UnitTest& unit_test, int iteration);
  void expect_end(const Expectation& expectation) { send(guest_, expectation); }
  void start_phase(Phase phase);
  // GoogleTest has left its loop, with that result, before the end.
  [[noreturn]] void give_up(int result);
  // Sends what is known only now, and ends the process: with status 0, or with a sanitizer's.
  [[noreturn]] void end(const testing::UnitTest& unit_test, int iteration);

 protected:
  testing::TestEventListener* target() const override;

 private:
  [[noreturn]] void end_process();

  GuestSide guest_;
  testing::TestEventListener* in_guest_;
  const testing::TestInfo& test_;
  OnlyTest only_;
  const testing::TestSuite* suite_ = nullptr;  // whose loop is on its way
  GuestEnd how_;
  Phase phase_ = Phase::kEnvironmentSetUp;
};

}  // namespace cloister::googletest
