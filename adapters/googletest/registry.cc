#include "adapters/googletest/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "adapters/googletest/private_access.h"

namespace cloister::googletest {

namespace pa = private_access;
using testing::TestInfo;
using testing::TestSuite;
using testing::UnitTest;

namespace {

class ReplayFactory final : public testing::internal::TestFactoryBase {
 public:
  ReplayFactory(TestId id, Registry::MakeReplay make) : id_(id), make_(make) {}
  testing::Test* CreateTest() override { return make_(id_); }
  TestId id() const { return id_; }

 private:
  TestId id_;
  Registry::MakeReplay make_;
};

}  // namespace

std::string full_name(const TestInfo& test) {
  return fmt::format("{}.{}", test.test_suite_name(), test.name());
}

std::vector<std::string> parameterized_suites() {
  std::vector<std::string> names;
  auto& program = *UnitTest::GetInstance();
  const auto& registry = (program.*member_of(pa::UnitTestParameterized{}))();
  for (const auto* suite : pa::get(pa::ParameterizedSuites{}, registry))
    names.push_back(suite->GetTestSuiteName());
  return names;
}

void OnlyTest::turn(const TestSuite& suite) {
  pa::get(pa::SuiteTests{}, suite).swap(tests_);
  pa::get(pa::SuiteOrder{}, suite).swap(order_);
}

void Registry::enumerate() {
  const UnitTest& unit_test = *UnitTest::GetInstance();
  for (int i = 0; i < unit_test.total_test_suite_count(); ++i) {
    auto& suite = const_cast<TestSuite&>(*unit_test.GetTestSuite(i));
    for (TestInfo* info : pa::get(pa::SuiteTests{}, suite))
      tests_.push_back({info, &suite, nullptr, nullptr});
  }
}

void Registry::replace(MakeReplay make_replay, testing::internal::SetUpTestSuiteFunc set_up,
                       testing::internal::TearDownTestSuiteFunc tear_down) {
  enumerate();
  for (TestId id = 0; has(id); ++id) {
    TestEntry& entry = tests_[id];
    entry.factory = new ReplayFactory(id, make_replay);
    // One fixture for the whole suite: that a suite mixes fixtures is found, and said, by its
    // guests.
    entry.fixture = pa::get(pa::InfoFixture{}, *pa::get(pa::SuiteTests{}, *entry.suite).front());
    suites_.try_emplace(entry.suite, SuiteHooks{set_up, tear_down});
  }
  exchange();
}

// What the tests and suites have, for what is kept here.
void Registry::exchange() {
  for (TestEntry& entry : tests_) {
    pa::swap(pa::InfoFactory{}, *entry.info, entry.factory);
    pa::swap(pa::InfoFixture{}, *entry.info, entry.fixture);
  }
  for (auto& [suite, hooks] : suites_) {
    pa::swap(pa::SuiteSetUp{}, *suite, hooks.set_up);
    pa::swap(pa::SuiteTearDown{}, *suite, hooks.tear_down);
  }
}

void Registry::put_back() {
  exchange();
  select_none();
}

void Registry::select_none() const {
  for (const TestEntry& entry : tests_) {
    pa::get(pa::InfoShouldRun{}, *entry.info) = false;
    pa::get(pa::SuiteShouldRun{}, *entry.suite) = false;
  }
}

void Registry::select(TestId id) const {
  pa::get(pa::InfoShouldRun{}, *tests_[id].info) = true;
  pa::get(pa::SuiteShouldRun{}, *tests_[id].suite) = true;
}

void Registry::select_only(const std::vector<TestId>& ids) const {
  select_none();
  for (const TestId id : ids) select(id);
}

Registry::SuiteHooks Registry::hooks_of(const TestSuite& suite) const {
  return {pa::get(pa::SuiteSetUp{}, suite), pa::get(pa::SuiteTearDown{}, suite)};
}

bool Registry::has_set_up(const TestSuite& suite) const { return is_users(hooks_of(suite).set_up); }

bool Registry::is_users(testing::internal::SetUpTestSuiteFunc function) {
  return function != nullptr && function != &testing::Test::SetUpTestSuite &&
         function != &testing::Test::TearDownTestSuite;
}

void Registry::set_hooks(const TestSuite& suite, SuiteHooks hooks) const {
  pa::swap(pa::SuiteSetUp{}, suite, hooks.set_up);
  pa::swap(pa::SuiteTearDown{}, suite, hooks.tear_down);
}

void Registry::keep_running(const TestSuite& suite) const {
  pa::get(pa::SuiteShouldRun{}, suite) = true;
}

TestId Registry::id_of(const TestInfo& test) {
  return static_cast<const ReplayFactory&>(*pa::get(pa::InfoFactory{}, test)).id();
}

bool Registry::current_suite_has(bool (*is_own)(testing::internal::SetUpTestSuiteFunc)) const {
  const auto found = suites_.find(UnitTest::GetInstance()->current_test_suite());
  return found != suites_.end() &&
         (is_own(found->second.set_up) || is_own(found->second.tear_down));
}

void Registry::deselect(const std::function<bool(TestId)>& unwanted) const {
  const UnitTest& unit_test = *UnitTest::GetInstance();
  for (int i = 0; i < unit_test.total_test_suite_count(); ++i) {
    const TestSuite& suite = *unit_test.GetTestSuite(i);
    if (!suite.should_run()) continue;
    bool any_left = &suite == unit_test.current_test_suite();
    for (int j = 0; j < suite.total_test_count(); ++j) {
      const TestInfo& test = *suite.GetTestInfo(j);
      if (!test.should_run()) continue;
      const bool left = &test == unit_test.current_test_info() || !unwanted(id_of(test));
      pa::get(pa::InfoShouldRun{}, test) = left;
      any_left = any_left || left;
    }
    pa::get(pa::SuiteShouldRun{}, suite) = any_left;
  }
}

std::vector<TestId> Registry::selected() const {
  std::vector<TestId> ids;
  UnitTest& unit_test = *UnitTest::GetInstance();
  for (int i = 0; i < unit_test.total_test_suite_count(); ++i) {
    const TestSuite& suite = *(unit_test.*member_of(pa::UnitTestSuite{}))(i);
    if (suite.should_run()) std::ranges::move(selected_in(suite), std::back_inserter(ids));
  }
  return ids;
}

std::vector<TestId> Registry::selected_in(const TestSuite& suite) {
  std::vector<TestId> ids;
  for (int i = 0; i < suite.total_test_count(); ++i) {
    const TestInfo& test = *suite.GetTestInfo(i);
    if (test.should_run()) ids.push_back(id_of(test));
  }
  return ids;
}

}  // namespace cloister::googletest
