// The only listener in a guest: turns GoogleTest's events into frames, and ends the process when
// the test has. In a process that the test forks it is out of the way: events go to the user's own
// listeners there, as they would in a plain run.
#pragma once

#include <gtest/gtest.h>

#include "adapters/googletest/forwarding_listener.h"
#include "adapters/googletest/messages.h"
#include "framework/events/guest_side.h"

namespace cloister::googletest {

class GuestListener final : public ForwardingListener {
 public:
  GuestListener(GuestSide guest, testing::TestEventListener* users, const testing::TestInfo& test,
                bool static_destructors);

  void OnTestProgramStart(const testing::UnitTest& u) override;
  void OnTestIterationStart(const testing::UnitTest& u, int iteration) override;
  void OnEnvironmentsSetUpStart(const testing::UnitTest& u) override;
  void OnEnvironmentsSetUpEnd(const testing::UnitTest& u) override;
  void OnTestSuiteStart(const testing::TestSuite& s) override;
  void OnTestStart(const testing::TestInfo& t) override;
  void OnTestDisabled(const testing::TestInfo& t) override;
  void OnTestPartResult(const testing::TestPartResult& r) override;
  void OnTestEnd(const testing::TestInfo& t) override;
  void OnTestSuiteEnd(const testing::TestSuite& s) override;
  void OnEnvironmentsTearDownStart(const testing::UnitTest& u) override;
  void OnEnvironmentsTearDownEnd(const testing::UnitTest& u) override;
  void OnTestIterationEnd(const testing::UnitTest& u, int iteration) override;
#ifndef GTEST_REMOVE_LEGACY_TEST_CASEAPI_
  void OnTestCaseStart(const testing::TestSuite& s) override;
  void OnTestCaseEnd(const testing::TestSuite& s) override;
#endif

  void expect_end(const Expectation& expectation) { send(guest_, expectation); }
  void start_phase(Phase phase);
  // Sends what is known only now, and ends the process: with status 0, or with a sanitizer's.
  [[noreturn]] void end(const testing::UnitTest& unit_test);

 private:
  GuestSide guest_;
  const testing::TestInfo& test_;
  bool static_destructors_;
  Phase phase_ = Phase::kEnvironmentSetUp;
};

}  // namespace cloister::googletest
