#include "adapters/googletest/guest_listener.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "adapters/googletest/coverage.h"
#include "adapters/googletest/floating_point.h"
#include "adapters/googletest/listeners.h"
#include "framework/protocol/frame.h"

// Present only where the program is built with it.
extern "C" {
[[gnu::weak]] int __lsan_do_recoverable_leak_check();
}

namespace cloister::googletest {
namespace {

constexpr int kLeakStatus = 23;  // LeakSanitizer's default exitcode

GuestListener* the_listener = nullptr;

}  // namespace

std::vector<GuestTest> guest_tests(const Registry& registry, const std::vector<TestId>& ids) {
  std::vector<GuestTest> tests;
  tests.reserve(ids.size());
  for (const TestId id : ids) tests.push_back({id, registry.test(id), registry.suite_of(id)});
  return tests;
}

GuestListener::GuestListener(GuestSide guest, testing::TestEventListener* users,
                             std::vector<GuestTest> tests, GuestEnd how)
    : ForwardingListener(users),
      guest_(guest),
      in_guest_(listeners_in_guest()),
      tests_(std::move(tests)),
      how_(how) {
  if (tests_.size() == 1) only_.emplace(tests_.front().info);
  the_listener = this;
  restore_floating_point();
}

GuestListener::~GuestListener() { the_listener = nullptr; }

GuestListener* GuestListener::of_this_process() { return the_listener; }

testing::TestEventListener* GuestListener::target() const {
  return guest_.is_guest() ? in_guest_ : ForwardingListener::target();
}

void GuestListener::begin(const testing::UnitTest& unit_test, int iteration) {
  OnTestProgramStart(unit_test);
  OnTestIterationStart(unit_test, iteration);
}

void GuestListener::OnTestProgramStart(const testing::UnitTest& u) {
  start_listeners_phase(Phase::kProgramStart);
  ForwardingListener::OnTestProgramStart(u);
}
void GuestListener::OnTestIterationStart(const testing::UnitTest& u, int iteration) {
  start_listeners_phase(Phase::kIterationStart);
  ForwardingListener::OnTestIterationStart(u, iteration);
}
void GuestListener::OnEnvironmentsSetUpStart(const testing::UnitTest& u) {
  start_phase(Phase::kEnvironmentSetUp);
  ForwardingListener::OnEnvironmentsSetUpStart(u);
}
void GuestListener::OnEnvironmentsSetUpEnd(const testing::UnitTest& u) {
  ForwardingListener::OnEnvironmentsSetUpEnd(u);
  start_phase(Phase::kOwnWords);
}
void GuestListener::OnTestSuiteStart(const testing::TestSuite& s) {
  const auto first = std::find_if(tests_.begin() + static_cast<std::ptrdiff_t>(at_), tests_.end(),
                                  [&s](const GuestTest& test) { return &test.suite == &s; });
  const Phase phase = any_listener_in_guest() ? Phase::kSuiteStart : Phase::kSuiteSetUp;
  if (first == tests_.end() || !go_on_to(first->info, phase)) start_phase(phase);
  ForwardingListener::OnTestSuiteStart(s);
  if (phase != Phase::kSuiteSetUp) start_phase(Phase::kSuiteSetUp);
  suite_ = &s;
  if (only_) only_->turn(s);
}
// The test, and every listener, sees its suite as it is.
void GuestListener::OnTestStart(const testing::TestInfo& t) {
  if (suite_ != nullptr && only_) only_->turn(*suite_);
  start_before_ = t.result()->start_timestamp();
  if (!go_on_to(t, Phase::kBody)) start_phase(Phase::kBody);
  ForwardingListener::OnTestStart(t);
}
void GuestListener::OnEnvironmentsTearDownStart(const testing::UnitTest& u) {
  start_phase(Phase::kEnvironmentTearDown);
  ForwardingListener::OnEnvironmentsTearDownStart(u);
}
void GuestListener::OnTestIterationEnd(const testing::UnitTest& u, int iteration) {
  if (guest_.is_guest()) end(u, iteration);
  ForwardingListener::OnTestIterationEnd(u, iteration);
}

// GoogleTest holds its lock here: nothing may be asked of UnitTest.
void GuestListener::OnTestPartResult(const testing::TestPartResult& result) {
  if (guest_.is_guest()) {
    // A plain run prints the failure now, and with it whatever is still in stdout's buffer.
    if (result.type() != testing::TestPartResult::kSuccess) fflush(stdout);
    const char* file = result.file_name();
    // Of the test, and the phase, that goes on when it is sent: another thread may have made it.
    tell([&] {
      const GuestSide::Printed printed = guest_.printed();
      // Between the environments and the first suite, what is asserted is the environments'.
      const Phase now = phase_;
      const Phase phase = now == Phase::kOwnWords ? Phase::kEnvironmentSetUp : now;
      return Part{phase,
                  result.type(),
                  file != nullptr,
                  file != nullptr ? file : "",
                  result.line_number(),
                  result.message(),
                  printed.out,
                  printed.err};
    });
  }
  ForwardingListener::OnTestPartResult(result);
}

void GuestListener::OnTestEnd(const testing::TestInfo& t) {
  ForwardingListener::OnTestEnd(t);
  const testing::TimeInMillis start = t.result()->start_timestamp();
  tell(Times{t.result()->elapsed_time(), start == start_before_ ? 0 : start});
  tell_properties(Owner::kTest, *t.result());
  start_phase(ends_its_suite() && !is_fork_ ? Phase::kSuiteTearDown : Phase::kAfterEnd);
  if (suite_ != nullptr && only_) only_->turn(*suite_);
}

void GuestListener::OnTestSuiteEnd(const testing::TestSuite& s) {
  if (suite_ != nullptr && only_) only_->turn(*suite_);
  ForwardingListener::OnTestSuiteEnd(s);
  tell_properties(Owner::kSuite, s.ad_hoc_test_result());
}

bool GuestListener::go_on_to(const testing::TestInfo& test, Phase phase) {
  if (!guest_.is_guest()) return false;
  const auto found = std::find_if(tests_.begin() + static_cast<std::ptrdiff_t>(at_), tests_.end(),
                                  [&test](const GuestTest& each) { return &each.info == &test; });
  const auto place = static_cast<std::size_t>(found - tests_.begin());
  if (found == tests_.end() || place == at_) return false;
  fflush(stdout);
  const std::lock_guard lock(telling_);
  guest_.begin_task(found->id, static_cast<std::uint8_t>(phase));
  phase_ = phase;
  at_ = place;
  left_out_ = false;
  types_left_out_ = {};
  return true;
}

std::optional<TestId> GuestListener::stand_still(TemplateKind kind, const std::string& why,
                                                 const std::vector<ReopenedFile>& files) {
  fflush(nullptr);  // what is buffered now would come out of every fork again
  guest_.begin_task(kSetUpTask, static_cast<std::uint8_t>(Phase::kSuiteTearDown));
  phase_ = Phase::kSuiteTearDown;
  const auto fork = cloister::stand_still(guest_, kind, why, files);
  if (!fork) return std::nullopt;
  guest_ = fork->side;
  is_fork_ = true;
  at_ = static_cast<std::size_t>(std::ranges::find(tests_, fork->task, &GuestTest::id) -
                                 tests_.begin());
  left_out_ = false;
  return fork->task;
}

void GuestListener::refuse_to_stand(const std::string& why) {
  fflush(nullptr);
  cloister::refuse_to_stand(guest_, why);
  start_phase(Phase::kSuiteTearDown);
}

bool GuestListener::ends_its_suite() const {
  return at_ + 1 == tests_.size() || &tests_[at_ + 1].suite != &tests_[at_].suite;
}

void GuestListener::start_phase(Phase phase) {
  if (!guest_.is_guest()) return;
  fflush(stdout);  // where a plain run prints a line, and so flushes
  const std::lock_guard lock(telling_);
  phase_ = phase;
  guest_.start_phase(static_cast<std::uint8_t>(phase));
}

void GuestListener::start_listeners_phase(Phase phase) {
  if (any_listener_in_guest()) start_phase(phase);
}

void GuestListener::give_up(int result) {
  if (!guest_.is_guest()) _exit(result);  // a process that the test forked
  tell(GaveUp{});
  end_process();
}

void GuestListener::end(const testing::UnitTest& unit_test, int iteration) {
  start_listeners_phase(Phase::kIterationEnd);
  in_guest_->OnTestIterationEnd(unit_test, iteration);
  // What is recorded after this is too late for any report.
  tell_properties(Owner::kProgram, unit_test.ad_hoc_test_result());
  start_listeners_phase(Phase::kProgramEnd);
  in_guest_->OnTestProgramEnd(unit_test);
  start_phase(Phase::kAfterEnd);
  end_process();
}

void GuestListener::leave_out(const Part& part) {
  if (!std::exchange(left_out_, true)) send(guest_, LeftOut{});
  const bool counts = part.type != testing::TestPartResult::kSuccess;
  if (counts && !std::exchange(types_left_out_[part.type], true)) send_in_place_of(guest_, part);
}

void GuestListener::leave_out(const Property&) {
  if (!std::exchange(left_out_, true)) send(guest_, LeftOut{});
}

void GuestListener::tell_properties(Owner owner, const testing::TestResult& result) {
  for (int i = 0; i < result.test_property_count(); ++i) {
    const testing::TestProperty& property = result.GetTestProperty(i);
    tell(Property{owner, property.key(), property.value()});
  }
}

void GuestListener::end_process() {
  if (how_.has_other_threads) {
    // The others are flushed by exit(3) without their locks; there is no such call.
    fflush(stdout);
    fflush(stderr);
  } else {
    fflush(nullptr);
  }
  {
    const std::lock_guard lock(telling_);
    told_all_ = true;
    guest_.finish();
  }
  if (how_.static_destructors) exit(0);  // which also writes coverage and looks for leaks
  write_coverage();
  if (__lsan_do_recoverable_leak_check != nullptr && __lsan_do_recoverable_leak_check() != 0) {
    _exit(kLeakStatus);
  }
  _exit(0);
}

}  // namespace cloister::googletest
