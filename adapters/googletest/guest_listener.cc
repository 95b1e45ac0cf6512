#include "adapters/googletest/guest_listener.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// Present only where the program is built with the instrument that they belong to.
extern "C" {
[[gnu::weak]] int __lsan_do_recoverable_leak_check();
[[gnu::weak]] void __gcov_dump();
[[gnu::weak]] void __gcov_exit();
[[gnu::weak]] int __llvm_profile_write_file();
}

namespace cloister::googletest {
namespace {

constexpr int kLeakStatus = 23;  // LeakSanitizer's default exitcode

// _exit() runs no destructors, and so none of those that would write coverage.
void write_coverage() {
  if (__llvm_profile_write_file != nullptr) __llvm_profile_write_file();
  if (__gcov_dump != nullptr) {
    __gcov_dump();
  } else if (__gcov_exit != nullptr) {
    __gcov_exit();
  }
}

void send_properties(GuestSide& guest, Scope scope, const testing::TestResult& result) {
  for (int i = 0; i < result.test_property_count(); ++i) {
    const testing::TestProperty& property = result.GetTestProperty(i);
    send(guest, Property{scope, property.key(), property.value()});
  }
}

}  // namespace

GuestListener::GuestListener(GuestSide guest, testing::TestEventListener* users,
                             const testing::TestInfo& test, bool static_destructors)
    : ForwardingListener(users),
      guest_(guest),
      test_(test),
      static_destructors_(static_destructors) {}

// What follows is, event by event, "in the guest do this, in a process it forked do as in a plain
// run".
#define CLOISTER_IF_GUEST(own, forwarded) \
  if (guest_.is_guest()) {                \
    own;                                  \
  } else {                                \
    ForwardingListener::forwarded;        \
  }

void GuestListener::OnTestProgramStart(const testing::UnitTest& u) {
  CLOISTER_IF_GUEST((void)0, OnTestProgramStart(u))
}
void GuestListener::OnTestIterationStart(const testing::UnitTest& u, int iteration) {
  CLOISTER_IF_GUEST((void)0, OnTestIterationStart(u, iteration))
}
void GuestListener::OnEnvironmentsSetUpStart(const testing::UnitTest& u) {
  CLOISTER_IF_GUEST(start_phase(Phase::kEnvironmentSetUp), OnEnvironmentsSetUpStart(u))
}
void GuestListener::OnEnvironmentsSetUpEnd(const testing::UnitTest& u) {
  CLOISTER_IF_GUEST(start_phase(Phase::kOwnWords), OnEnvironmentsSetUpEnd(u))
}
void GuestListener::OnTestSuiteStart(const testing::TestSuite& s) {
  CLOISTER_IF_GUEST(start_phase(Phase::kSuiteSetUp), OnTestSuiteStart(s))
}
void GuestListener::OnTestStart(const testing::TestInfo& t) {
  CLOISTER_IF_GUEST(start_phase(Phase::kBody), OnTestStart(t))
}
void GuestListener::OnTestDisabled(const testing::TestInfo& t) {
  CLOISTER_IF_GUEST((void)0, OnTestDisabled(t))
}
void GuestListener::OnTestSuiteEnd(const testing::TestSuite& s) {
  CLOISTER_IF_GUEST((void)0, OnTestSuiteEnd(s))
}
void GuestListener::OnEnvironmentsTearDownStart(const testing::UnitTest& u) {
  CLOISTER_IF_GUEST(start_phase(Phase::kEnvironmentTearDown), OnEnvironmentsTearDownStart(u))
}
void GuestListener::OnEnvironmentsTearDownEnd(const testing::UnitTest& u) {
  CLOISTER_IF_GUEST((void)0, OnEnvironmentsTearDownEnd(u))
}
void GuestListener::OnTestIterationEnd(const testing::UnitTest& u, int iteration) {
  CLOISTER_IF_GUEST(end(u), OnTestIterationEnd(u, iteration))
}
#ifndef GTEST_REMOVE_LEGACY_TEST_CASEAPI_
void GuestListener::OnTestCaseStart(const testing::TestSuite& s) {
  CLOISTER_IF_GUEST((void)0, OnTestCaseStart(s))
}
void GuestListener::OnTestCaseEnd(const testing::TestSuite& s) {
  CLOISTER_IF_GUEST((void)0, OnTestCaseEnd(s))
}
#endif
#undef CLOISTER_IF_GUEST

// GoogleTest holds its lock here: nothing may be asked of UnitTest.
void GuestListener::OnTestPartResult(const testing::TestPartResult& result) {
  if (!guest_.is_guest()) return ForwardingListener::OnTestPartResult(result);
  // A plain run prints the failure now, and with it whatever is still in stdout's buffer.
  if (result.type() != testing::TestPartResult::kSuccess) fflush(stdout);
  const GuestSide::Printed printed = guest_.printed();
  const char* file = result.file_name();
  send(guest_, Part{phase_, result.type(), file != nullptr, file != nullptr ? file : "",
                    result.line_number(), result.message(), printed.out, printed.err});
}

void GuestListener::OnTestEnd(const testing::TestInfo& t) {
  if (!guest_.is_guest()) return ForwardingListener::OnTestEnd(t);
  send(guest_, Times{t.result()->elapsed_time(), t.result()->start_timestamp()});
  start_phase(Phase::kSuiteTearDown);
}

void GuestListener::start_phase(Phase phase) {
  fflush(stdout);  // where a plain run prints a line, and so flushes
  phase_ = phase;
  guest_.start_phase(static_cast<std::uint8_t>(phase));
}

void GuestListener::end(const testing::UnitTest& unit_test) {
  send_properties(guest_, Scope::kTest, *test_.result());
  const testing::TestSuite* suite = nullptr;
  for (int i = 0; suite == nullptr && i < unit_test.total_test_suite_count(); ++i) {
    if (unit_test.GetTestSuite(i)->should_run()) suite = unit_test.GetTestSuite(i);
  }
  if (suite != nullptr) send_properties(guest_, Scope::kSuite, suite->ad_hoc_test_result());
  send_properties(guest_, Scope::kProgram, unit_test.ad_hoc_test_result());
  start_phase(Phase::kAfterEnd);
  fflush(nullptr);
  guest_.finish();
  if (static_destructors_) exit(0);  // which also writes coverage and looks for leaks
  write_coverage();
  if (__lsan_do_recoverable_leak_check != nullptr && __lsan_do_recoverable_leak_check() != 0) {
    _exit(kLeakStatus);
  }
  _exit(0);
}

}  // namespace cloister::googletest
