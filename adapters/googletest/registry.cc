#include "adapters/googletest/registry.h"

#include <fmt/format.h>

#include <utility>

#include "adapters/googletest/private_access.h"

namespace cloister::googletest {

namespace pa = private_access;
using testing::TestInfo;
using testing::TestSuite;
using testing::UnitTest;

std::string full_name(const TestInfo& test) {
  return fmt::format("{}.{}", test.test_suite_name(), test.name());
}

void OnlyTest::turn(const TestSuite& suite) {
  pa::get(pa::SuiteTests{}, suite).swap(tests_);
  pa::get(pa::SuiteOrder{}, suite).swap(order_);
}

void Registry::enumerate() {
  const UnitTest& unit_test = *UnitTest::GetInstance();
  for (int i = 0; i < unit_test.total_test_suite_count(); ++i) {
    auto& suite = const_cast<TestSuite&>(*unit_test.GetTestSuite(i));
    for (TestInfo* test : pa::get(pa::SuiteTests{}, suite)) tests_.push_back({test, &suite});
  }
}

void Registry::move_aside(MakeReplay make_replay, testing::internal::SetUpTestSuiteFunc set_up,
                          testing::internal::TearDownTestSuiteFunc tear_down) {
  const UnitTest& unit_test = *UnitTest::GetInstance();
  for (int i = 0; i < unit_test.total_test_suite_count(); ++i) {
    auto& suite = const_cast<TestSuite&>(*unit_test.GetTestSuite(i));
    suite_ids_.emplace(&suite, suites_.size());
    suites_.push_back({&suite, std::exchange(pa::get(pa::SuiteTests{}, suite), {}),
                       std::exchange(pa::get(pa::SuiteOrder{}, suite), {}),
                       std::exchange(pa::get(pa::SuiteSetUp{}, suite), set_up),
                       std::exchange(pa::get(pa::SuiteTearDown{}, suite), tear_down)});
  }
  for (const SuiteEntry& entry : suites_) {
    if (entry.originals.empty()) continue;
    // One fixture for the whole suite: that a suite mixes fixtures is found, and said, by its
    // guests.
    const testing::internal::TypeId fixture = pa::get(pa::InfoFixture{}, *entry.originals.front());
    for (TestInfo* original : entry.originals) {
      const auto id = static_cast<TestId>(tests_.size());
      tests_.push_back({original, entry.suite});
      TestInfo* replay = testing::internal::MakeAndRegisterTestInfo(
          entry.suite->name(), original->name(), original->type_param(), original->value_param(),
          testing::internal::CodeLocation(original->file(), original->line()), fixture, nullptr,
          nullptr, make_replay(id));
      ids_.emplace(replay, id);
    }
  }
}

void Registry::put_back() {
  for (SuiteEntry& entry : suites_) {
    TestSuite& suite = *entry.suite;
    pa::get(pa::SuiteTests{}, suite).swap(entry.originals);
    pa::get(pa::SuiteOrder{}, suite).swap(entry.order);
    pa::get(pa::SuiteSetUp{}, suite) = entry.set_up;
    pa::get(pa::SuiteTearDown{}, suite) = entry.tear_down;
    pa::get(pa::SuiteShouldRun{}, suite) = false;
  }
}

void Registry::select_only(TestId id) const {
  for (const TestEntry& test : tests_) {
    pa::get(pa::InfoShouldRun{}, *test.original) = false;
    pa::get(pa::SuiteShouldRun{}, *test.suite) = false;
  }
  select(id);
}

void Registry::select(TestId id) const {
  const TestEntry& test = tests_[id];
  pa::get(pa::InfoShouldRun{}, *test.original) = true;
  pa::get(pa::SuiteShouldRun{}, *test.suite) = true;
}

bool Registry::current_suite_has(bool (*is_own)(testing::internal::SetUpTestSuiteFunc)) const {
  const TestSuite* suite = UnitTest::GetInstance()->current_test_suite();
  const auto found = suite_ids_.find(suite);
  if (found == suite_ids_.end()) return false;
  const SuiteEntry& entry = suites_[found->second];
  return is_own(entry.set_up) || is_own(entry.tear_down);
}

void Registry::deselect(const std::function<bool(TestId)>& unwanted) const {
  const UnitTest& unit_test = *UnitTest::GetInstance();
  for (int i = 0; i < unit_test.total_test_suite_count(); ++i) {
    const TestSuite& suite = *unit_test.GetTestSuite(i);
    if (!suite.should_run()) continue;
    bool any_left = &suite == unit_test.current_test_suite();
    for (int j = 0; j < suite.total_test_count(); ++j) {
      const TestInfo& replay = *suite.GetTestInfo(j);
      if (!replay.should_run()) continue;
      const bool left = &replay == unit_test.current_test_info() || !unwanted(id_of(replay));
      pa::get(pa::InfoShouldRun{}, replay) = left;
      any_left = any_left || left;
    }
    pa::get(pa::SuiteShouldRun{}, suite) = any_left;
  }
}

std::vector<TestId> Registry::selected() const {
  std::vector<TestId> ids;
  const UnitTest& unit_test = *UnitTest::GetInstance();
  for (int i = 0; i < unit_test.total_test_suite_count(); ++i) {
    const TestSuite& suite = *unit_test.GetTestSuite(i);
    if (!suite.should_run()) continue;
    for (int j = 0; j < suite.total_test_count(); ++j) {
      const TestInfo& replay = *suite.GetTestInfo(j);
      if (replay.should_run()) ids.push_back(id_of(replay));
    }
  }
  return ids;
}

}  // namespace cloister::googletest
