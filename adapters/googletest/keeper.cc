#include "adapters/googletest/keeper.h"

#include <fmt/format.h>
#include <gtest/gtest-spi.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <exception>

#include "adapters/googletest/environments.h"
#include "adapters/googletest/ledger.h"
#include "adapters/googletest/private_access.h"
#include "adapters/googletest/warden.h"
#include "adapters/googletest/words.h"

namespace cloister::googletest {
namespace {

namespace pa = private_access;
using testing::TestPartResult;
using testing::UnitTest;

class ReplayTest final : public testing::Test {
 public:
  explicit ReplayTest(TestId id) : id_(id) {}

 private:
  void TestBody() override { Keeper::instance().replay_test(id_); }
  TestId id_;
};

class ReplayFactory final : public testing::internal::TestFactoryBase {
 public:
  explicit ReplayFactory(TestId id) : id_(id) {}
  testing::Test* CreateTest() override { return new ReplayTest(id_); }

 private:
  TestId id_;
};

class ReplayEnvironment final : public testing::Environment {
 public:
  void SetUp() override { Keeper::instance().replay_environments_set_up(); }
  void TearDown() override { Keeper::instance().replay_environments_tear_down(); }
};

// What GoogleTest hands to each event; the target changes in a guest.
class Switch final : public ForwardingListener {
 public:
  using ForwardingListener::ForwardingListener;
  void turn_to(testing::TestEventListener* target) { set_target(target); }
};
Switch* the_switch = nullptr;

testing::TestEventListener* users_listeners() {
  auto& listeners = UnitTest::GetInstance()->listeners();
  return (listeners.*member_of(pa::ListenersForward{}))();
}

// While this lives, GoogleTest's events go to `listener` alone.
class ListenersReplaced {
 public:
  explicit ListenersReplaced(testing::TestEventListener* listener)
      : repeater_(pa::get(pa::ListenersRepeater{}, UnitTest::GetInstance()->listeners())),
        users_(repeater_) {
    own_.Append(listener);
    repeater_ = pa::get(pa::ListenersRepeater{}, own_);
  }
  ListenersReplaced(const ListenersReplaced&) = delete;
  ListenersReplaced& operator=(const ListenersReplaced&) = delete;
  ~ListenersReplaced() {
    repeater_ = users_;
    own_.Release(the_switch);
  }

 private:
  testing::TestEventListeners own_;
  testing::internal::TestEventRepeater*& repeater_;
  testing::internal::TestEventRepeater* users_;
};

// GoogleTest's own reporter of this thread, which records a part and tells the listeners, and does
// nothing else: no trace is appended, nothing breaks or throws.
testing::TestPartResultReporterInterface* find_reporter() {
  testing::TestPartResultArray unused;
  const testing::ScopedFakeTestPartResultReporter fake(
      testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &unused);
  return pa::get(pa::FakeReporterOld{}, fake);
}

void print(FILE* stream, const std::string& text, std::uint64_t from, std::uint64_t to) {
  to = std::min<std::uint64_t>(to, text.size());
  if (from < to) fwrite(text.data() + from, 1, to - from, stream);
}

// With --gtest_throw_on_failure a failure ends the program by this exception, here as in a plain
// run.
void throw_if_asked([[maybe_unused]] const TestPartResult& result) {
#if GTEST_HAS_EXCEPTIONS
  if (GTEST_FLAG_GET(throw_on_failure) && result.failed()) {
    throw testing::internal::GoogleTestFailureException(result);
  }
#endif
}

// The caps that the test ran into. A test that did not end well has them in its own words.
void say_what_was_limited(const Record& record, const testing::TestInfo& test) {
  if (!std::holds_alternative<Finished>(record.cell.outcome)) return;
  std::vector<std::string> notes = limit_notes(record);
  const std::string throttled = throttled_note(record);
  if (test.result()->Failed() && !throttled.empty()) notes.push_back(throttled);
  for (const std::string& note : notes) {
    fmt::print(stderr, "cloister: note: {}.{}: {}\n", test.test_suite_name(), test.name(), note);
  }
}

bool ended_well(const Record& record) {
  return std::holds_alternative<Finished>(record.cell.outcome);
}

bool has_the_same(const Record& record, const Part& wanted) {
  return std::ranges::any_of(record.parts, [&](const Part& part) {
    return part.phase == wanted.phase && part.file == wanted.file && part.line == wanted.line;
  });
}

// A suite without a set-up of its own has nothing to wait for.
bool has_own(testing::internal::SetUpTestSuiteFunc function) {
  return function != nullptr && function != &testing::Test::SetUpTestSuite &&
         function != &testing::Test::TearDownTestSuite;
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
  environments_ = find_environments();
  reporter_ = find_reporter();
  registry_.move_aside(
      [](TestId id) -> testing::internal::TestFactoryBase* { return new ReplayFactory(id); },
      [] { Keeper::instance().replay_suite_set_up(); },
      [] { Keeper::instance().replay_suite_tear_down(); });
  the_switch = new Switch(this);
}

int Keeper::run(const Options& options) {
  options_ = options;
  results_ = ResultStream::from_environment();
  const ListenersReplaced replaced(the_switch);
  try {
    return RUN_ALL_TESTS();
  } catch (...) {
    // A guest must never come back into the user's main(): what escapes here ends a plain run as
    // well.
    if (guest_ != nullptr) std::terminate();
    inbox_.close();
    throw;
  }
}

void Keeper::OnTestIterationStart(const UnitTest& unit_test, int iteration) {
  order_ = registry_.selected();
  if (options_.explain) explain_and_exit();
  ForwardingListener::OnTestIterationStart(unit_test, iteration);
  if (order_.empty()) return;
  static ReplayEnvironment replay_environment;
  if (environments_ != nullptr) users_environments_ = *environments_;
  const WardenOrders orders{options_, registry_, order_, iteration == 0};
  auto side = start_warden(orders, [] { instance().registry_.put_back(); });
  if (const auto* call = std::get_if<GuestCall>(&side)) return become_guest(*call, iteration);
  inbox_ = Inbox(std::move(std::get<WardenLink>(side)));
  if (environments_ != nullptr && !users_environments_.empty())
    *environments_ = {&replay_environment};
  first_of_program_ = for_tear_down_ = nullptr;
}

// From here on this process is the guest: when this returns, GoogleTest runs the one selected test.
void Keeper::become_guest(const GuestCall& call, int iteration) {
  registry_.select(call.id);
  guest_ = std::make_unique<GuestListener>(call.side, target(), registry_.original(call.id),
                                           options_.static_destructors);
  the_switch->turn_to(guest_.get());
  const bool by_hand = iteration > 0 && !environments_are_recreated();
  if (!by_hand) return;
  // GoogleTest has set the environments up once, in another process.
  guest_->start_phase(Phase::kEnvironmentSetUp);
  for (testing::Environment* environment : users_environments_) environment->SetUp();
  if (testing::Test::HasFatalFailure() || testing::Test::IsSkipped())
    guest_->end(*UnitTest::GetInstance());
}

void Keeper::expect_end(const Expectation& expectation) {
  if (guest_ != nullptr) guest_->expect_end(expectation);
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
  // Newer versions delete the environments at the end of the run, and must find the user's.
  if (environments_ != nullptr && !users_environments_.empty())
    *environments_ = users_environments_;
  inbox_.close();
  ForwardingListener::OnTestIterationEnd(unit_test, iteration);
}

// Prints what the guest printed in one stretch of its life and re-issues its assertions between,
// each where it was made.
void Keeper::replay(const Record& record, Phase phase) const {
  auto [from, to] = record.output_of(phase);
  for (const Part& part : record.parts) {
    if (part.phase != phase) continue;
    const std::uint64_t out = std::clamp(part.out_offset, from.out_offset, to.out_offset);
    const std::uint64_t err = std::clamp(part.err_offset, from.err_offset, to.err_offset);
    print(stdout, record.cell.out.kept, from.out_offset, out);
    print(stderr, record.cell.err.kept, from.err_offset, err);
    from.out_offset = out;
    from.err_offset = err;
    reissue(part.type, part.file, part.line, part.message);
  }
  print(stdout, record.cell.out.kept, from.out_offset, to.out_offset);
  print(stderr, record.cell.err.kept, from.err_offset, to.err_offset);
}

void Keeper::reissue(TestPartResult::Type type, const std::string& file, int line,
                     const std::string& message) const {
  const TestPartResult result(type, file.c_str(), line, message.c_str());
  reporter_->ReportTestPartResult(result);
  throw_if_asked(result);
}

void Keeper::replay_test(TestId id) {
  const RecordPtr record = inbox_.wait_for(id);
  const testing::TestInfo& test = *UnitTest::GetInstance()->current_test_info();
  const bool first_of_suite = record == first_of_suite_;
  // The environments are torn down by its cell's words, even when another iteration's set them up.
  if (id == order_.front()) for_tear_down_ = record;
  if (ended_well(*record)) {
    note_own_set_up_failures(*record);
    replay(*record, Phase::kBody);
    replay(*record, Phase::kAfterEnd);
  } else {
    replay_all(*record, first_of_suite);
  }
  replay_end(*record, test);
  say_what_was_limited(*record, test);
  record_properties(*record, Scope::kTest);
  if (options_.ledger) record_ledger(*record);
  remember_for_suite(record, first_of_suite);
  times_ = record->times;
  if (times_.start == 0) {
    times_.start = test.result()->start_timestamp();
    times_.elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(record->cell.usage.wall).count();
  }
  replayed_ = record;
  inbox_.drop(id);
}

// Everything that is known goes to the test itself, whichever stretch it happened in.
void Keeper::replay_all(const Record& record, bool first_of_suite) const {
  if (&record != first_of_program_.get()) replay(record, Phase::kEnvironmentSetUp);
  if (!first_of_suite) replay(record, Phase::kSuiteSetUp);
  for (const Phase phase :
       {Phase::kBody, Phase::kSuiteTearDown, Phase::kEnvironmentTearDown, Phase::kAfterEnd}) {
    replay(record, phase);
  }
}

// A test that did not end as it should fails, with one message that says how it did.
void Keeper::replay_end(const Record& record, const testing::TestInfo& test) const {
  const std::string name = fmt::format("{}.{}", test.test_suite_name(), test.name());
  if (!record.expectation) {
    const std::string words = failure_words(record, name);
    if (!words.empty()) reissue(TestPartResult::kFatalFailure, test.file(), test.line(), words);
    return;
  }
  const auto& [end, file, line] = *record.expectation;
  if (is_met(end, record.cell.outcome)) return;
  std::string words = fmt::format("cloister: {} was to {}", name, end_words(end));
  words += ended_well(record) ? ", and ended without" : "\n" + failure_words(record, name);
  reissue(TestPartResult::kFatalFailure, file, line, words);
}

// A set-up that failed in this test's cell and not in the one shown for the whole suite fails this
// test.
void Keeper::note_own_set_up_failures(const Record& record) const {
  for (const Part& part : record.parts) {
    if (part.phase >= Phase::kBody || !part.failed()) continue;
    const Record* shown =
        part.phase == Phase::kEnvironmentSetUp ? first_of_program_.get() : first_of_suite_.get();
    if (shown != nullptr && has_the_same(*shown, part)) continue;
    const std::string message = fmt::format("cloister: in {} of this test's own cell:\n{}",
                                            phase_words(part.phase), part.message);
    reissue(TestPartResult::kFatalFailure, part.file, part.line, message);
  }
}

void Keeper::remember_for_suite(const RecordPtr& record, bool first_of_suite) {
  if (first_of_suite || !ended_well(*record)) return;
  for (const Part& part : record->parts) {
    if (part.phase == Phase::kSuiteTearDown && part.failed())
      other_tear_down_failures_.push_back(part);
  }
}

void Keeper::record_properties(const Record& record, Scope scope) const {
  for (const Property& property : record.properties) {
    if (property.scope == scope) testing::Test::RecordProperty(property.key, property.value);
  }
}

RecordPtr Keeper::first_of_current_suite() {
  const testing::TestSuite& suite = *UnitTest::GetInstance()->current_test_suite();
  for (int i = 0; i < suite.total_test_count(); ++i) {
    const testing::TestInfo& replay = *suite.GetTestInfo(i);
    if (replay.should_run()) return inbox_.wait_for(registry_.id_of(replay));
  }
  return nullptr;
}

void Keeper::replay_suite_set_up() {
  first_of_suite_ = nullptr;
  other_tear_down_failures_.clear();
  suite_time_ = 0;
  if (!registry_.current_suite_has(has_own)) return;
  first_of_suite_ = first_of_current_suite();
  if (first_of_suite_ != nullptr) replay(*first_of_suite_, Phase::kSuiteSetUp);
}

void Keeper::replay_suite_tear_down() {
  if (first_of_suite_ == nullptr) return;
  if (ended_well(*first_of_suite_)) replay(*first_of_suite_, Phase::kSuiteTearDown);
  record_properties(*first_of_suite_, Scope::kSuite);
  for (const Part& part : other_tear_down_failures_) {
    if (has_the_same(*first_of_suite_, part)) continue;
    reissue(part.type, part.file, part.line, part.message);
  }
}

void Keeper::replay_environments_set_up() {
  first_of_program_ = inbox_.wait_for(order_.front());
  replay(*first_of_program_, Phase::kEnvironmentSetUp);
}

void Keeper::replay_environments_tear_down() {
  const RecordPtr first =
      for_tear_down_ != nullptr ? for_tear_down_ : inbox_.wait_for(order_.front());
  if (ended_well(*first)) replay(*first, Phase::kEnvironmentTearDown);
  record_properties(*first, Scope::kProgram);
}

void Keeper::OnTestEnd(const testing::TestInfo& test) {
  if (times_.start != 0) {
    pa::get(pa::ResultElapsed{}, *test.result()) = times_.elapsed;
    pa::get(pa::ResultStart{}, *test.result()) = times_.start;
    suite_time_ += times_.elapsed;
    times_ = {};
  }
  if (replayed_ != nullptr) results_.put(test, replayed_->cell);
  replayed_ = nullptr;
  ForwardingListener::OnTestEnd(test);
}

void Keeper::OnTestSuiteEnd(const testing::TestSuite& suite) {
  pa::get(pa::SuiteElapsed{}, suite) = suite_time_;
  ForwardingListener::OnTestSuiteEnd(suite);
}

}  // namespace cloister::googletest
