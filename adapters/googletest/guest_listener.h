// The only listener in a guest. It turns GoogleTest's events into frames, forwards them to the
// user's listeners for guests, and ends the process after the test. It stays out of processes that
// the test forks: there events go to the user's own listeners, as in a plain run. If such a process
// returns to GoogleTest's loop, that is the guest's loop.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <type_traits>
#include <vector>

#include "adapters/googletest/forwarding_listener.h"
#include "adapters/googletest/messages.h"
#include "adapters/googletest/registry.h"
#include "framework/events/guest_side.h"
#include "framework/launch/template_side.h"

namespace cloister::googletest {

// One of the tests that a guest runs.
struct GuestTest {
  TestId id = 0;
  const testing::TestInfo& info;
  const testing::TestSuite& suite;
};
std::vector<GuestTest> guest_tests(const Registry& registry, const std::vector<TestId>& ids);

// How the process of a guest ends.
struct GuestEnd {
  bool static_destructors = false;  // by exit(3) instead of _exit(2)
  bool has_other_threads = false;   // any of them may hold the lock of a FILE forever
};

class GuestListener final : public ForwardingListener {
 public:
  // `users` gets the events of processes that the test forks. `tests` are in the order in which
  // GoogleTest runs them.
  GuestListener(GuestSide guest, testing::TestEventListener* users, std::vector<GuestTest> tests,
                GuestEnd how);
  ~GuestListener() override;
  // The last one made; nullptr if there is none.
  static GuestListener* of_this_process();

  void OnTestProgramStart(const testing::UnitTest& u) override;
  void OnTestIterationStart(const testing::UnitTest& u, int iteration) override;
  void OnEnvironmentsSetUpStart(const testing::UnitTest& u) override;
  void OnEnvironmentsSetUpEnd(const testing::UnitTest& u) override;
  void OnTestSuiteStart(const testing::TestSuite& s) override;
  void OnTestStart(const testing::TestInfo& t) override;
  void OnTestPartResult(const testing::TestPartResult& r) override;
  void OnTestEnd(const testing::TestInfo& t) override;
  void OnTestSuiteEnd(const testing::TestSuite& s) override;
  void OnEnvironmentsTearDownStart(const testing::UnitTest& u) override;
  void OnTestIterationEnd(const testing::UnitTest& u, int iteration) override;

  // For a guest that was forked in the middle of the run: sends the events that it has missed.
  void begin(const testing::UnitTest& unit_test, int iteration);
  void expect_end(const Expectation& expectation) { tell(expectation); }
  void start_phase(Phase phase);
  bool is_guest() const { return guest_.is_guest(); }
  // The suite is set up. Its tests are forks of this process from here on: returns the test of this
  // fork; nothing in this process itself, when there are no more.
  std::optional<TestId> stand_still(TemplateKind kind, const std::string& why,
                                    const std::vector<ReopenedFile>& files);
  // They are not: why.
  void go_on_without_forks(const std::string& why) { cloister::go_on_without_forks(guest_, why); }
  // Why that cannot be.
  void refuse_to_stand(const std::string& why);
  // The fork's test has ended.
  [[noreturn]] void end_fork() { end_process(); }
  // GoogleTest has left its loop early, with that result.
  [[noreturn]] void give_up(int result);
  // Sends what is known only now, and ends the process: with status 0, or with a sanitizer's.
  [[noreturn]] void end(const testing::UnitTest& unit_test, int iteration);

 protected:
  testing::TestEventListener* target() const override;

 private:
  // Sends one message at a time, from any thread; none after the last. It may be a function that
  // makes the message when it is sent.
  template <typename Message>
  void tell(const Message& message) {
    if (!guest_.is_guest()) return;
    const std::lock_guard lock(telling_);
    if (told_all_) return;
    if constexpr (std::is_invocable_v<Message>) {
      tell_now(message());
    } else {
      tell_now(message);
    }
  }
  template <typename Message>
  void tell_now(const Message& message) {
    if constexpr (std::is_same_v<decltype(send(guest_, message)), bool>) {
      if (!send(guest_, message)) leave_out(message);
    } else {
      send(guest_, message);
    }
  }
  // There is no room for it. Its effect on the verdict is sent anyway.
  void leave_out(const Part& part);
  void leave_out(const Property& property);
  // A phase that only listeners have.
  void start_listeners_phase(Phase phase);
  // What follows belongs to that phase of that test. False, and nothing done, if it is the present
  // one, or none of the guest's.
  bool go_on_to(const testing::TestInfo& test, Phase phase);
  bool ends_its_suite() const;
  void tell_properties(Owner owner, const testing::TestResult& result);
  [[noreturn]] void end_process();

  GuestSide guest_;
  testing::TestEventListener* in_guest_;
  std::vector<GuestTest> tests_;
  std::size_t at_ = 0;                         // the present one
  bool is_fork_ = false;                       // of a template
  std::optional<OnlyTest> only_;               // if there is one
  const testing::TestSuite* suite_ = nullptr;  // its loop is running
  GuestEnd how_;
  testing::TimeInMillis start_before_ = 0;  // of another iteration, until the test is run
  std::atomic<Phase> phase_ = Phase::kEnvironmentSetUp;
  std::mutex telling_;
  bool told_all_ = false;
  bool left_out_ = false;
  std::array<bool, testing::TestPartResult::kSkip + 1> types_left_out_{};
};

}  // namespace cloister::googletest
