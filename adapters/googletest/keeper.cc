#include "adapters/googletest/keeper.h"

#include <fmt/format.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "adapters/googletest/configuration.h"
#include "adapters/googletest/coverage.h"
#include "adapters/googletest/guest_arguments.h"
#include "adapters/googletest/ledger.h"
#include "adapters/googletest/replay_of_test.h"
#include "adapters/googletest/replayed_test.h"
#include "adapters/googletest/report_file.h"
#include "adapters/googletest/started_again.h"
#include "adapters/googletest/suite_template.h"
#include "adapters/googletest/warden.h"
#include "adapters/googletest/words.h"

namespace cloister::googletest {
namespace {

using testing::UnitTest;

class ReplayEnvironment final : public testing::Environment {
 public:
  void SetUp() override { Keeper::instance().replay_environments_set_up(); }
  void TearDown() override { Keeper::instance().replay_environments_tear_down(); }
};

bool environments_are_recreated() {
  return GTEST_FLAG_GET(recreate_environments_when_repeating) || GTEST_FLAG_GET(repeat) < 0;
}

}  // namespace

Keeper& Keeper::instance() {
  static auto* keeper = new Keeper;
  return *keeper;
}

Keeper::Keeper() : ForwardingListener(users_listeners()) {
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
    results_.put_not_begun();
    results_.put_beside(UnitTest::GetInstance()->ad_hoc_test_result(), nullptr);
    end_iteration();  // of a run that a listener's exception has ended
    return report_is_whole_ ? result : std::max(result, 1);
  } catch (...) {
    // A guest must never come back into the user's main(): what escapes here ends a plain run as
    // well.
    if (guest_ != nullptr) std::terminate();
    end_iteration();
    throw;
  }
}

void Keeper::OnTestIterationStart(const UnitTest& unit_test, int iteration) {
  const std::vector<TestId> order = registry_.selected();
  if (options_.explain) explain_and_exit(order);
  ForwardingListener::OnTestIterationStart(unit_test, iteration);
  shared_.begin_iteration(environments_are_recreated());
  std::vector<const testing::TestInfo*> tests;
  tests.reserve(order.size());
  for (const TestId id : order) tests.push_back(&registry_.test(id));
  results_.begin(std::move(tests));
  if (order.empty()) return;
  // GoogleTest deletes it where the program exits in the middle of the run.
  static auto* replay_environment = new ReplayEnvironment;
  environments_.note();
  const WardenOrders orders{options_,
                            registry_,
                            order,
                            iteration == 0,
                            !environments_.users().empty(),
                            results_.descriptor()};
  auto side = start_warden(orders, [] { instance().prepare_guests(); });
  if (const auto* call = std::get_if<GuestCall>(&side)) return become_guest(*call, iteration);
  iteration_.emplace(registry_, order, std::move(std::get<WardenLink>(side)));
  environments_.replace(replay_environment);
  if (any_listener_in_guest()) shared_.show_start(iteration_->wait_for_first(), iteration == 0);
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
  const auto kind = template_kind_of(config_of(registry_.test(call.task), options_));
  if (kind && call.side.descriptors().link >= 0)
    become_template_after_set_up(*guest_, registry_, registry_.suite_of(call.task), *kind);
  guest_->begin(unit_test, iteration);
  const bool by_hand = iteration > 0 && !environments_are_recreated();
  if (!by_hand) return;
  // GoogleTest has set the environments up once, in another process.
  guest_->start_phase(Phase::kEnvironmentSetUp);
  for (testing::Environment* environment : environments_.users()) environment->SetUp();
  guest_->start_phase(Phase::kOwnWords);
}

void Keeper::explain_and_exit(std::vector<TestId> order) {
  fflush(nullptr);
  // In a process of its own: trying the host out changes the one that does it for good.
  const pid_t pid = ::fork();
  if (pid == 0) {
    fmt::print("{}", explain_tests({options_, registry_, std::move(order)}));
    fflush(nullptr);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  std::exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

void Keeper::OnTestIterationEnd(const UnitTest& unit_test, int iteration) {
  take_ends_without_tests();
  shared_.show_iteration_end();
  close_iteration();
  shared_.leave_loop_if_guest_did();
  ForwardingListener::OnTestIterationEnd(unit_test, iteration);
  look_at_report();
  if (options_.timing) {
    fflush(stdout);
    fmt::print(stderr, "{}", iteration_ ? iteration_->timing().text() : Timing().text());
  }
  if (iteration_ && Interruption::came()) ForwardingListener::OnTestProgramEnd(unit_test);
  end_iteration();
}

void Keeper::look_at_report() {
  const auto flaw = flaw_of_report();
  if (!flaw) return;
  report_is_whole_ = false;
  fflush(stdout);
  fmt::print(stderr, "cloister: {}\n", *flaw);
}

void Keeper::close_iteration() {
  environments_.put_back();
  if (iteration_) iteration_->close();
}

void Keeper::end_iteration() {
  close_iteration();
  if (iteration_ && Interruption::came()) Interruption::end_process();
  iteration_.reset();
}

void Keeper::OnTestProgramEnd(const UnitTest& unit_test) {
  shared_.show_program_end();
  ForwardingListener::OnTestProgramEnd(unit_test);
}

// GoogleTest's printer introduces the suite only after all listeners have heard of its start.
void Keeper::OnTestSuiteStart(const testing::TestSuite& suite) {
  shared_.begin_suite();
  reached_ = {};
  ForwardingListener::OnTestSuiteStart(suite);
  if (any_listener_in_guest()) shared_.show_suite_start(first_of(suite));
}

void Keeper::OnTestStart(const testing::TestInfo& test) {
  shared_.leave_loop_if_guest_did();
  ForwardingListener::OnTestStart(test);
  reached_.passed_over = record_of_passed_over(test);
  if (reached_.passed_over != nullptr) replay_.before_skip(*reached_.passed_over);
}

void Keeper::OnTestEnd(const testing::TestInfo& test) {
  reached_.times.give_to(test);
  const RecordPtr replayed = std::exchange(reached_.replayed, nullptr);
  const RecordPtr passed_over = std::exchange(reached_.passed_over, nullptr);
  if (replayed == nullptr && passed_over != nullptr) replay_.after_skip(*passed_over);
  const Record none;
  const CellReport& cell = (replayed == nullptr ? none : *replayed).cell;
  std::vector<std::string> notes;
  if (test.result()->Failed()) notes = audit_notes(registry_, cell);
  for (const std::string& note : notes)
    fmt::print(stderr, "cloister: note: {}: {}\n", full_name(test), note);
  results_.put(test, cell, notes);
  shared_.leave_loop_if_guest_did();
  ForwardingListener::OnTestEnd(test);
}

void Keeper::OnTestSuiteEnd(const testing::TestSuite& suite) {
  reached_.times.give_to(suite);
  // In a suite that is passed over as a whole there was no other place for it.
  if (shared_.shown().suite != nullptr) replay_suite_tear_down();
  results_.put_beside(suite.ad_hoc_test_result(), &suite);
  shared_.leave_loop_if_guest_did();
  ForwardingListener::OnTestSuiteEnd(suite);
}

void Keeper::replay_test(TestId id) {
  const RecordPtr record = iteration_->wait_for(id);
  const testing::TestInfo& test = *UnitTest::GetInstance()->current_test_info();
  if (iteration_->is_not_run(record)) return replay_not_run(replay_, test, Interruption::name());
  const bool set_up_is_shown = shared_.choose_for_suite(record);
  const ReplayOfTest replay(replay_, shared_.shown(), *record, test);
  replay.events(set_up_is_shown);
  shared_.note_if_it_gave_up(*record, Phase::kBody);
  replay.end(registry_);
  if (options_.ledger) record_ledger(*record);
  if (options_.timing) iteration_->timing().take(record->cell);
  shared_.take(record);
  reached_.times.take(*record, test);
  reached_.replayed = record;
  iteration_->finish(id);
}

// Its set-up failed or skipped, here as in its cell, and listeners have heard of it nevertheless.
// With --gtest_fail_fast it is passed over here only.
RecordPtr Keeper::record_of_passed_over(const testing::TestInfo& test) {
  const UnitTest& unit_test = *UnitTest::GetInstance();
  const testing::TestResult& suite = unit_test.current_test_suite()->ad_hoc_test_result();
  const bool may_be =
      suite.Failed() || suite.Skipped() || unit_test.ad_hoc_test_result().HasFatalFailure();
  if (!may_be || !any_listener_in_guest() || GTEST_FLAG_GET(fail_fast)) return nullptr;
  const RecordPtr record = iteration_->wait_for(Registry::id_of(test));
  const bool is = record->ran && record->times.start == 0 && ended_well(*record);
  return is ? record : nullptr;
}

RecordPtr Keeper::first_of(const testing::TestSuite& suite) {
  const std::vector<TestId> ids = Registry::selected_in(suite);
  return ids.empty() ? nullptr : iteration_->wait_for(ids.front());
}

RecordPtr Keeper::last_of(const testing::TestSuite& suite) {
  const std::vector<TestId> ids = Registry::selected_in(suite);
  return ids.empty() ? nullptr : iteration_->wait_for(ids.back());
}

void Keeper::replay_suite_set_up() {
  if (shared_.shown().suite == nullptr) {
    // A suite without a set-up of its own has nothing to wait for.
    if (!registry_.current_suite_has(Registry::is_users)) return;
    shared_.choose_for_suite(first_of(*UnitTest::GetInstance()->current_test_suite()));
  }
  shared_.show_suite_set_up();
}

void Keeper::replay_suite_tear_down() {
  const testing::TestSuite& suite = *UnitTest::GetInstance()->current_test_suite();
  shared_.show_suite_tear_down(shared_.needs_last_of_suite() ? last_of(suite) : nullptr);
}

bool Keeper::guests_do_more_than_their_tests() const {
  return !environments_.users().empty() || any_listener_in_guest();
}

void Keeper::replay_environments_set_up() {
  if (guests_do_more_than_their_tests())
    shared_.show_environment_set_up(iteration_->wait_for_first());
}

void Keeper::replay_environments_tear_down() {
  take_ends_without_tests();
  shared_.show_environment_tear_down();
}

void Keeper::take_ends_of_passed_over() {
  for (const TestId id : iteration_->order()) {
    const testing::TestInfo& test = registry_.test(id);
    if (iteration_->has_finished(id) || !shares_its_cell(test, options_)) continue;
    const RecordPtr record = iteration_->wait_for(id);
    if (iteration_->is_not_run(record)) continue;
    iteration_->finish(id);
    ReplayOfTest(replay_, shared_.shown(), *record, test).end_of_passed_over(registry_);
    shared_.take(record);
  }
}

void Keeper::take_ends_without_tests() {
  if (!iteration_) return;
  if (any_test_may_share(options_)) take_ends_of_passed_over();
  if (iteration_->has_finished_any() || !guests_do_more_than_their_tests()) return;
  if (shared_.shown().iteration_end.shown() == nullptr) shared_.take(iteration_->wait_for_first());
}

}  // namespace cloister::googletest
