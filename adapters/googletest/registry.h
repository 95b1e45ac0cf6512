// GoogleTest's registered tests, and what they run: replays in the keeper, and the user's code in
// the warden and its guests. One object per process, never destroyed.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace cloister::googletest {

// The number of a test in the order of registration; cells carry it.
using TestId = std::uint32_t;

// "Suite.Test"
std::string full_name(const testing::TestInfo& test);

// The suites of TEST_P as they were written, including those without an instance.
std::vector<std::string> parameterized_suites();

// The one test of a suite that GoogleTest's loop is to reach. The loop reads every test of the
// suite, selected or not, and in a guest each page of them costs a page fault: in a suite of ten
// thousand, more than the cell.
class OnlyTest {
 public:
  explicit OnlyTest(const testing::TestInfo& test)
      : tests_{const_cast<testing::TestInfo*>(&test)}, order_{0} {}
  // Hides the other tests of its suite, or shows them again.
  void turn(const testing::TestSuite& suite);

 private:
  std::vector<testing::TestInfo*> tests_;
  std::vector<int> order_;
};

class Registry {
 public:
  // Makes what the test with that number runs in the keeper.
  using MakeReplay = testing::Test* (*)(TestId id);

  // Makes every test run a replay, and every suite's set-up and tear-down the given functions.
  void replace(MakeReplay make_replay, testing::internal::SetUpTestSuiteFunc set_up,
               testing::internal::TearDownTestSuiteFunc tear_down);
  // Only numbers the tests, as replace() would.
  void enumerate();
  // Makes the tests run their own code again; none is selected.
  void put_back();
  // Selects these tests and no others.
  void select_only(const std::vector<TestId>& ids) const;
  // The same, if none is selected, as after put_back().
  void select(TestId id) const;

  struct SuiteHooks {
    testing::internal::SetUpTestSuiteFunc set_up;
    testing::internal::TearDownTestSuiteFunc tear_down;
  };
  // What a suite runs, after put_back().
  SuiteHooks hooks_of(const testing::TestSuite& suite) const;
  bool has_set_up(const testing::TestSuite& suite) const;
  // A set-up or tear-down that is not GoogleTest's own, which does nothing.
  static bool is_users(testing::internal::SetUpTestSuiteFunc function);
  void set_hooks(const testing::TestSuite& suite, SuiteHooks hooks) const;
  // GoogleTest is running it, and goes through its end though none of its tests is selected.
  void keep_running(const testing::TestSuite& suite) const;

  // The numbers of the tests that GoogleTest has selected, in the order in which it will run them.
  // This, like all that follow, is for tests that run replays.
  std::vector<TestId> selected() const;
  static std::vector<TestId> selected_in(const testing::TestSuite& suite);

  // Makes GoogleTest pass over those tests that it has not reached yet.
  void deselect(const std::function<bool(TestId)>& unwanted) const;

  // Whether the suite that GoogleTest is running has a set-up or tear-down that `is_own` accepts.
  bool current_suite_has(bool (*is_own)(testing::internal::SetUpTestSuiteFunc)) const;

  // Only for a test that was registered before replace().
  static TestId id_of(const testing::TestInfo& test);

  bool has(TestId id) const { return id < tests_.size(); }
  const testing::TestInfo& test(TestId id) const { return *tests_[id].info; }
  const testing::TestSuite& suite_of(TestId id) const { return *tests_[id].suite; }

 private:
  struct TestEntry {
    testing::TestInfo* info;
    testing::TestSuite* suite;
    // What the test does not have now: its own factory while it runs a replay.
    testing::internal::TestFactoryBase* factory;
    testing::internal::TypeId fixture;
  };
  void exchange();
  void select_none() const;

  std::vector<TestEntry> tests_;
  std::unordered_map<const testing::TestSuite*, SuiteHooks> suites_;  // their original hooks
};

}  // namespace cloister::googletest
