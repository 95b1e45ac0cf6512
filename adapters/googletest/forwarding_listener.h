// A listener that forwards every event to another one. Derived classes override what they need.
#pragma once

#include <gtest/gtest.h>

namespace cloister::googletest {

class ForwardingListener : public testing::TestEventListener {
 public:
  explicit ForwardingListener(testing::TestEventListener* target) : target_(target) {}

  void OnTestProgramStart(const testing::UnitTest& u) override { target()->OnTestProgramStart(u); }
  void OnTestIterationStart(const testing::UnitTest& u, int i) override {
    target()->OnTestIterationStart(u, i);
  }
  void OnEnvironmentsSetUpStart(const testing::UnitTest& u) override {
    target()->OnEnvironmentsSetUpStart(u);
  }
  void OnEnvironmentsSetUpEnd(const testing::UnitTest& u) override {
    target()->OnEnvironmentsSetUpEnd(u);
  }
  void OnTestSuiteStart(const testing::TestSuite& s) override { target()->OnTestSuiteStart(s); }
  void OnTestStart(const testing::TestInfo& t) override { target()->OnTestStart(t); }
  void OnTestDisabled(const testing::TestInfo& t) override { target()->OnTestDisabled(t); }
  void OnTestPartResult(const testing::TestPartResult& r) override {
    target()->OnTestPartResult(r);
  }
  void OnTestEnd(const testing::TestInfo& t) override { target()->OnTestEnd(t); }
  void OnTestSuiteEnd(const testing::TestSuite& s) override { target()->OnTestSuiteEnd(s); }
  void OnEnvironmentsTearDownStart(const testing::UnitTest& u) override {
    target()->OnEnvironmentsTearDownStart(u);
  }
  void OnEnvironmentsTearDownEnd(const testing::UnitTest& u) override {
    target()->OnEnvironmentsTearDownEnd(u);
  }
  void OnTestIterationEnd(const testing::UnitTest& u, int i) override {
    target()->OnTestIterationEnd(u, i);
  }
  void OnTestProgramEnd(const testing::UnitTest& u) override { target()->OnTestProgramEnd(u); }
#ifndef GTEST_REMOVE_LEGACY_TEST_CASEAPI_
  void OnTestCaseStart(const testing::TestSuite& s) override { target()->OnTestCaseStart(s); }
  void OnTestCaseEnd(const testing::TestSuite& s) override { target()->OnTestCaseEnd(s); }
#endif

 protected:
  virtual testing::TestEventListener* target() const { return target_; }
  void set_target(testing::TestEventListener* target) { target_ = target; }

 private:
  testing::TestEventListener* target_;
};

}  // namespace cloister::googletest
