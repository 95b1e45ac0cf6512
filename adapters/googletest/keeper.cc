#include "adapters/googletest/keeper.h"

#include <fmt/format.h>
#include <gtest/gtest-spi.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "adapters/googletest/coverage.h"
#include "adapters/googletest/environments.h"
#include "adapters/googletest/guest_arguments.h"
#include "adapters/googletest/private_access.h"
#include "adapters/googletest/replayed_test.h"
#include "adapters/googletest/report_file.h"
#include "adapters/googletest/started_again.h"
#include "adapters/googletest/warden.h"
#include "adapters/googletest/words.h"

namespace cloister::googletest {
namespace {

namespace pa = private_access;
using testing::UnitTest;

class ReplayEnvironment final : public testing::Environment {
 public:
  void SetUp() override { Keeper::instance().replay_environments_set_up(); }
  void TearDown() override { Keeper::instance().replay_environments_tear_down(); }
};

// GoogleTest's own reporter of this thread, which records a part and tells the listeners, and does
// nothing else: no trace is appended, nothing breaks or throws.
testing::TestPartResultReporterInterface* find_reporter() {
  testing::TestPartResultArray unused;
  const testing::ScopedFakeTestPartResultReporter fake(
      testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &unused);
  return pa::get(pa::FakeReporterOld{}, fake);
}

bool environments_are_recreated() {
  return GTEST_FLAG_GET(recreate_environments_when_repeating) || GTEST_FLAG_GET(repeat) < 0;
}

}  // namespace

Keeper& Keeper::instance() {
  static auto* keeper = new Keeper;
  return *keeper;
}

Keeper::Keeper() : ForwardingListener(users_listeners()) {
  reporter_ = find_reporter();
  registry_.replace(
      make_replayed_test, [] { Keeper::instance().replay_suite_set_up(); },
      [] { Keeper::instance().replay_suite_tear_down(); });
}

int Keeper::run(const Options& options) {
  options_ = options;
  results_ = ResultStream::from_environment();
  ListenersReplaced replaced(this);
  listeners_ = &replaced;
  try {
    const int result = RUN_ALL_TESTS();
    if (guest_ != nullptr) guest_->give_up(result);
    tell_what_no_test_told();
    end_iteration();
    end_interruption();  // of a run that a listener's exception has ended
    return report_is_whole_ ? result : std::max(result, 1);
  } catch (...) {
    // A guest must never come back into the user's main(): what escapes here ends a plain run as
    // well.
    if (guest_ != nullptr) std::terminate();
    end_iteration();
    end_interruption();
    throw;
  }
}

void Keeper::OnTestIterationStart(const UnitTest& unit_test, int iteration) {
  order_ = registry_.selected();
  if (options_.explain) explain_and_exit();
  ForwardingListener::OnTestIterationStart(unit_test, iteration);
  if (environments_are_recreated()) shown_.environments = nullptr;
  for (ShownOnce* ends :
       {&shown_.environment_tear_down, &shown_.iteration_end, &shown_.program_end})
    ends->clear();
  if (order_.empty()) return;
  // GoogleTest deletes it where the program exits in the middle of the run.
  static auto* replay_environment = new ReplayEnvironment;
  environments_.note();
  const WardenOrders orders{options_, registry_, order_, iteration == 0, results_.descriptor()};
  auto side = start_warden(orders, [] { instance().prepare_guests(); });
  if (const auto* call = std::get_if<GuestCall>(&side)) return become_guest(*call, iteration);
  inbox_ = Inbox(std::move(std::get<WardenLink>(side)));
  interruption_.emplace(inbox_.warden());
  pausing_.emplace(inbox_.warden());
  replayed_ids_.clear();
  begun_.clear();
  environments_.replace(replay_environment);
  if (any_listener_in_guest()) replay_start(iteration);
}

// What all guests need alike, once for all of them.
void Keeper::prepare_guests() {
  registry_.put_back();
  if (options_.launch != Launch::kExec) use_in_death_tests(options_.arguments);
}

// From here on this process is the guest: when this returns, GoogleTest runs the one selected test.
void Keeper::become_guest(const GuestCall& call, int iteration) {
  const UnitTest& unit_test = *UnitTest::GetInstance();
  std::vector<TestId> ids{call.task};
  std::ranges::copy(call.more, std::back_inserter(ids));
  if (options_.launch == Launch::kExec) {
    start_program_again(
        call.side,
        tests_to_start(registry_, ids, unit_test.random_seed(), options_.static_destructors),
        options_.arguments);
  }
  forget_coverage();
  for (const TestId id : ids) registry_.select(id);
  guest_ = std::make_unique<GuestListener>(call.side, target(), guest_tests(registry_, ids),
                                           GuestEnd{options_.static_destructors, false});
  listeners_->turn_to(guest_.get());
  guest_->begin(unit_test, iteration);
  const bool by_hand = iteration > 0 && !environments_are_recreated();
  if (!by_hand) return;
  // GoogleTest has set the environments up once, in another process.
  guest_->start_phase(Phase::kEnvironmentSetUp);
  for (testing::Environment* environment : environments_.users()) environment->SetUp();
  guest_->start_phase(Phase::kOwnWords);
}

void Keeper::explain_and_exit() {
  fflush(nullptr);
  // In a process of its own: trying the host out changes the one that does it for good.
  const pid_t pid = ::fork();
  if (pid == 0) {
    fmt::print("{}", explain_tests({options_, registry_, order_}));
    fflush(nullptr);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  std::exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

void Keeper::OnTestIterationEnd(const UnitTest& unit_test, int iteration) {
  replay_iteration_end();
  end_iteration();
  leave_loop_if_guest_did();
  ForwardingListener::OnTestIterationEnd(unit_test, iteration);
  look_at_report();
  if (options_.timing) {
    fflush(stdout);
    fmt::print(stderr, "{}", std::exchange(timing_, {}).text());
  }
  if (interruption_ && Interruption::came()) ForwardingListener::OnTestProgramEnd(unit_test);
  end_interruption();
}

void Keeper::look_at_report() {
  const auto flaw = flaw_of_report();
  if (!flaw) return;
  report_is_whole_ = false;
  fflush(stdout);
  fmt::print(stderr, "cloister: {}\n", *flaw);
}

void Keeper::end_interruption() {
  if (interruption_ && Interruption::came()) Interruption::end_process();
  interruption_.reset();
}

void Keeper::end_iteration() {
  environments_.put_back();
  pausing_.reset();
  Interruption::forget_warden();
  inbox_.close();
}

RecordPtr Keeper::wait_for(TestId id) {
  RecordPtr record = inbox_.wait_for(id);
  if (Interruption::came()) take_interruption();
  if (record != nullptr) return record;
  return Interruption::came() ? not_run_ : inbox_.give_up(id);
}

std::string Keeper::what_ran(std::string_view running) const {
  if (inbox_.gave_up()) {
    return fmt::format(
        "it is not known what was running: the warden, which runs the tests, said nothing for {} s "
        "and was killed",
        Inbox::kMostSilence.count());
  }
  return running.empty() ? "no test was running" : "these were running:";
}

// Says what was running, and makes GoogleTest pass over what did not run: only what is known is
// reported.
void Keeper::take_interruption() {
  if (std::exchange(interruption_taken_, true)) return;
  inbox_.take_all();
  CellReport nothing;
  nothing.outcome = Interrupted{};
  not_run_ = std::make_shared<Record>(make_record(std::move(nothing)));
  std::string running;
  for (const TestId id : order_) {
    const RecordPtr record = inbox_.find(id);
    if (record == nullptr || !std::holds_alternative<Interrupted>(record->cell.outcome)) continue;
    running += fmt::format("  {} ({:.2f} s)\n", full_name(registry_.test(id)),
                           static_cast<double>(record->cell.usage.wall.count()) / 1e6);
  }
  const auto unknown = [this](TestId id) {
    return !replayed_ids_.contains(id) && inbox_.find(id) == nullptr;
  };
  const auto not_run = std::ranges::count_if(order_, unknown);
  registry_.deselect(unknown);
  fflush(stdout);
  fmt::print(stderr, "cloister: interrupted by {} while {}\n{}cloister: {} test{} not run\n",
             Interruption::name(), what_ran(running), running, not_run,
             not_run == 1 ? " was" : "s were");
}

void Keeper::tell_what_no_test_told() const {
  for (const TestId id : order_) {
    if (!begun_.contains(id)) results_.put_not_begun(registry_.test(id));
  }
  results_.put_beside(UnitTest::GetInstance()->ad_hoc_test_result(), nullptr);
}

void Keeper::OnTestProgramEnd(const UnitTest& unit_test) {
  replay_once(shown_.program_end);
  leave_loop_if_guest_did();
  ForwardingListener::OnTestProgramEnd(unit_test);
}

// GoogleTest's printer introduces the suite only after all listeners have heard of its start.
void Keeper::OnTestSuiteStart(const testing::TestSuite& suite) {
  shown_.suite = nullptr;
  shown_.suite_tear_down.clear();
  suite_time_ = 0;
  ForwardingListener::OnTestSuiteStart(suite);
  if (!any_listener_in_guest()) return;
  shown_.suite = first_of(suite);
  if (shown_.suite == nullptr) return;
  replay(*shown_.suite, Phase::kSuiteStart);
  note_if_it_gave_up(*shown_.suite, Phase::kSuiteStart);
  leave_loop_if_guest_did();
}

void Keeper::OnTestStart(const testing::TestInfo& test) {
  leave_loop_if_guest_did();
  ForwardingListener::OnTestStart(test);
  passed_over_ = record_of_passed_over(test);
  if (passed_over_ != nullptr) replay_before_skip(*passed_over_);
}

void Keeper::OnTestEnd(const testing::TestInfo& test) {
  if (times_.start != 0) {
    pa::get(pa::ResultElapsed{}, *test.result()) = times_.elapsed;
    pa::get(pa::ResultStart{}, *test.result()) = times_.start;
    suite_time_ += times_.elapsed;
    times_ = {};
  }
  if (replayed_ == nullptr && passed_over_ != nullptr)
    replay_after_skip(*std::exchange(passed_over_, nullptr));
  begun_.insert(Registry::id_of(test));
  const CellReport none;
  const CellReport& cell = replayed_ != nullptr ? replayed_->cell : none;
  std::vector<std::string> notes;
  if (test.result()->Failed()) notes = audit_notes(registry_, cell);
  for (const std::string& note : notes)
    fmt::print(stderr, "cloister: note: {}: {}\n", full_name(test), note);
  results_.put(test, cell, notes);
  replayed_ = nullptr;
  leave_loop_if_guest_did();
  ForwardingListener::OnTestEnd(test);
}

void Keeper::OnTestSuiteEnd(const testing::TestSuite& suite) {
  pa::get(pa::SuiteElapsed{}, suite) = suite_time_;
  suite_time_ = 0;
  // In a suite that is passed over as a whole there was no other place for it.
  if (shown_.suite != nullptr) replay_suite_tear_down();
  results_.put_beside(suite.ad_hoc_test_result(), &suite);
  leave_loop_if_guest_did();
  ForwardingListener::OnTestSuiteEnd(suite);
}

}  // namespace cloister::googletest
