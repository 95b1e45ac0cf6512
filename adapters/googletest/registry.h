// GoogleTest's registered tests, and what they run: in the keeper replays, in the warden and its
// guests what the user wrote. One object per process, never destroyed.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace cloister::googletest {

// The number of a test in the order of registration; the cells carry it.
using TestId = std::uint32_t;

// "Suite.Test"
std::string full_name(const testing::TestInfo& test);

// The suites of TEST_P as they were written, those without an instance, too.
std::vector<std::string> parameterized_suites();

// The one test of a suite that GoogleTest's loop is to come to. The loop looks at every test of the
// suite, selected or not, and in a guest each page of them that it reads costs a fault: in a suite
// of ten thousand, more than the cell.
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

  // Has every test run a replay, and every suite's set-up and tear-down the given functions.
  void replace(MakeReplay make_replay, testing::internal::SetUpTestSuiteFunc set_up,
               testing::internal::TearDownTestSuiteFunc tear_down);
  // Only numbers the tests, as replace() would.
  void enumerate();
  // Has the tests run what they are, none of them selected.
  void put_back();
  // Selects one test, and none of the others.
  void select_only(TestId id) const;
  // The same where none is selected, as after put_back().
  void select(TestId id) const;

  // The numbers of the tests that GoogleTest has selected, in the order in which it will run them.
  // Like all that follow, of tests that run replays.
  std::vector<TestId> selected() const;

  // Makes GoogleTest pass over those tests that it has not come to yet.
  void deselect(const std::function<bool(TestId)>& unwanted) const;

  // Whether the suite that GoogleTest is running has a set-up or tear-down that `is_own` accepts.
  bool current_suite_has(bool (*is_own)(testing::internal::SetUpTestSuiteFunc)) const;

  // Throws std::bad_cast for a test that was registered after replace().
  static TestId id_of(const testing::TestInfo& test);

  bool has(TestId id) const { return id < tests_.size(); }
  const testing::TestInfo& test(TestId id) const { return *tests_[id].info; }

 private:
  struct SuiteHooks {
    testing::internal::SetUpTestSuiteFunc set_up;
    testing::internal::TearDownTestSuiteFunc tear_down;
  };
  struct TestEntry {
    testing::TestInfo* info;
    testing::TestSuite* suite;
    // What the test has not: its own while it runs a replay.
    testing::internal::TestFactoryBase* factory;
    testing::internal::TypeId fixture;
  };
  void exchange();
  void select_none() const;

  std::vector<TestEntry> tests_;
  std::unordered_map<const testing::TestSuite*, SuiteHooks> suites_;  // what they have not
};

}  // namespace cloister::googletest
