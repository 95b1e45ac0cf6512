// GoogleTest's registered tests, moved aside and replaced by replays. The keeper runs the replays;
// the warden and its guests put the originals back. One object per process, never destroyed.
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
  // Makes the test that stands in for the one numbered `id`.
  using MakeReplay = testing::internal::TestFactoryBase* (*)(TestId id);

  // Replaces every test by a replay of the same name, place and parameters, and every suite's
  // set-up and tear-down by the given functions.
  void move_aside(MakeReplay make_replay, testing::internal::SetUpTestSuiteFunc set_up,
                  testing::internal::TearDownTestSuiteFunc tear_down);
  // Only numbers the tests, as move_aside() would.
  void enumerate();
  // Puts the originals back, none of them selected to run.
  void put_back();
  // Selects one original, which is not moved aside, and none of the others.
  void select_only(TestId id) const;
  // The same where none is selected, as after put_back().
  void select(TestId id) const;

  // The numbers of the replays that GoogleTest has selected, in the order in which it will run
  // them.
  std::vector<TestId> selected() const;

  // Makes GoogleTest pass over those replays that it has not come to yet.
  void deselect(const std::function<bool(TestId)>& unwanted) const;

  // Whether the suite that GoogleTest is running has a set-up or tear-down that `is_own` accepts.
  bool current_suite_has(bool (*is_own)(testing::internal::SetUpTestSuiteFunc)) const;

  bool has(TestId id) const { return id < tests_.size(); }
  const testing::TestInfo& original(TestId id) const { return *tests_[id].original; }
  // The number of a replay.
  TestId id_of(const testing::TestInfo& replay) const { return ids_.at(&replay); }

 private:
  struct SuiteEntry {
    testing::TestSuite* suite;
    std::vector<testing::TestInfo*> originals;
    std::vector<int> order;
    testing::internal::SetUpTestSuiteFunc set_up;
    testing::internal::TearDownTestSuiteFunc tear_down;
  };
  struct TestEntry {
    testing::TestInfo* original;
    testing::TestSuite* suite;
  };

  std::vector<SuiteEntry> suites_;
  std::vector<TestEntry> tests_;
  std::unordered_map<const testing::TestInfo*, TestId> ids_;  // of the replays
  std::unordered_map<const testing::TestSuite*, std::size_t> suite_ids_;
};

}  // namespace cloister::googletest
