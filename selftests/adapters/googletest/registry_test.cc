// The tests of this very program, exchanged for replays and put back: in forks, each of which ends
// after one look.
#include "adapters/googletest/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "adapters/googletest/private_access.h"

namespace cloister::googletest {
namespace {

namespace pa = private_access;

TestId replayed_id = 0;
testing::Test* note_replay(TestId id) {
  replayed_id = id;
  return nullptr;
}
void set_up_replays() {}
void tear_down_replays() {}

std::vector<testing::TestInfo*> tests_of_program() {
  std::vector<testing::TestInfo*> tests;
  const auto& program = *testing::UnitTest::GetInstance();
  for (int i = 0; i < program.total_test_suite_count(); ++i) {
    const auto& of_suite = pa::get(pa::SuiteTests{}, *program.GetTestSuite(i));
    tests.insert(tests.end(), of_suite.begin(), of_suite.end());
  }
  return tests;
}

class TestsOfThisProgram : public testing::Test {
 protected:
  static void SetUpTestSuite() {}

  // What `look` says in a fork; not that, if it comes to no end.
  template <typename Look>
  static bool holds_in_fork(Look look) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(look() ? 0 : 1);
    int status = -1;
    return ::waitpid(child, &status, 0) == child && status == 0;
  }
  // The same with replays in place of all tests.
  template <typename Look>
  bool holds_with_replays(Look look) {
    return holds_in_fork([&] {
      registry.replace(note_replay, set_up_replays, tear_down_replays);
      return look();
    });
  }
  static const testing::TestInfo& this_test() {
    return *testing::UnitTest::GetInstance()->current_test_info();
  }
  static const testing::TestSuite& this_suite() {
    return *testing::UnitTest::GetInstance()->current_test_suite();
  }
  static testing::internal::TestFactoryBase* factory() {
    return pa::get(pa::InfoFactory{}, this_test());
  }

  Registry registry;
};

TEST_F(TestsOfThisProgram, HaveTheirSuiteInTheirNames) {
  EXPECT_EQ(full_name(this_test()), "TestsOfThisProgram.HaveTheirSuiteInTheirNames");
}

TEST_F(TestsOfThisProgram, AreNumberedInTheirOrder) {
  registry.enumerate();
  const auto tests = tests_of_program();
  for (TestId id = 0; id < tests.size(); ++id) EXPECT_EQ(&registry.test(id), tests[id]);
}

TEST_F(TestsOfThisProgram, AreNoMoreThanThereAre) {
  registry.enumerate();
  const auto count = static_cast<TestId>(tests_of_program().size());
  EXPECT_TRUE(registry.has(count - 1));
  EXPECT_FALSE(registry.has(count));
}

TEST_F(TestsOfThisProgram, MakeReplaysWithTheirNumbers) {
  EXPECT_TRUE(holds_with_replays([&] {
    factory()->CreateTest();
    return &registry.test(replayed_id) == &this_test();
  }));
}

TEST_F(TestsOfThisProgram, AreFoundByTheirReplays) {
  EXPECT_TRUE(holds_with_replays([&] {
    return std::ranges::all_of(tests_of_program(), [&](const testing::TestInfo* test) {
      return &registry.test(Registry::id_of(*test)) == test;
    });
  }));
}

TEST_F(TestsOfThisProgram, HaveOneFixtureInASuiteOfReplays) {
  EXPECT_TRUE(holds_with_replays([&] {
    return std::ranges::all_of(pa::get(pa::SuiteTests{}, this_suite()), [](const auto* test) {
      return pa::get(pa::InfoFixture{}, *test) == pa::get(pa::InfoFixture{}, this_test());
    });
  }));
}

TEST_F(TestsOfThisProgram, HaveTheSetUpOfReplaysInTheirSuites) {
  EXPECT_TRUE(holds_with_replays([&] {
    return pa::get(pa::SuiteSetUp{}, this_suite()) == set_up_replays &&
           pa::get(pa::SuiteTearDown{}, this_suite()) == tear_down_replays;
  }));
}

TEST_F(TestsOfThisProgram, MakeWhatTheyMadeWhenTheyArePutBack) {
  const auto* own = factory();
  EXPECT_TRUE(holds_with_replays([&] {
    const bool other = factory() != own;
    registry.put_back();
    return other && factory() == own;
  }));
}

TEST_F(TestsOfThisProgram, HaveTheirOwnSetUpWhenTheyArePutBack) {
  EXPECT_TRUE(holds_with_replays([&] {
    registry.put_back();
    return pa::get(pa::SuiteSetUp{}, this_suite()) == SetUpTestSuite;
  }));
}

TEST_F(TestsOfThisProgram, AreNotSelectedWhenTheyArePutBack) {
  EXPECT_TRUE(holds_with_replays([&] {
    registry.put_back();
    return std::ranges::none_of(tests_of_program(), &testing::TestInfo::should_run) &&
           !this_suite().should_run();
  }));
}

TEST_F(TestsOfThisProgram, AreSelectedOneByOne) {
  EXPECT_TRUE(holds_with_replays([&] {
    registry.put_back();
    registry.select(0);
    return tests_of_program().front()->should_run() &&
           testing::UnitTest::GetInstance()->GetTestSuite(0)->should_run() &&
           !this_test().should_run();
  }));
}

TEST_F(TestsOfThisProgram, AreSelectedInPlaceOfOthers) {
  EXPECT_TRUE(holds_with_replays([&] {
    const TestId id = Registry::id_of(this_test());
    registry.select_only({id});
    return registry.selected() == std::vector<TestId>{id};
  }));
}

TEST_F(TestsOfThisProgram, AreSelectedInTheOrderInWhichTheyRun) {
  EXPECT_TRUE(holds_with_replays([&] {
    const TestId first = Registry::id_of(*this_suite().GetTestInfo(0));
    const TestId second = Registry::id_of(*this_suite().GetTestInfo(1));
    registry.select_only({first});
    registry.select(second);
    std::ranges::reverse(pa::get(pa::SuiteOrder{}, this_suite()));  // as --gtest_shuffle might
    return registry.selected() == std::vector<TestId>{second, first};
  }));
}

TEST_F(TestsOfThisProgram, ArePassedOverWhereTheyAreUnwanted) {
  EXPECT_TRUE(holds_with_replays([&] {
    registry.select_only({0});
    registry.select(Registry::id_of(this_test()));
    registry.deselect([](TestId id) { return id == 0; });
    return registry.selected() == std::vector<TestId>{Registry::id_of(this_test())};
  }));
}

TEST_F(TestsOfThisProgram, AreNotPassedOverOnceTheyHaveBegun) {
  EXPECT_TRUE(holds_with_replays([&] {
    registry.deselect([](TestId) { return true; });
    return registry.selected() == std::vector<TestId>{Registry::id_of(this_test())};
  }));
}

TEST_F(TestsOfThisProgram, KnowTheSetUpThatTheirSuiteHasOfItsOwn) {
  EXPECT_TRUE(holds_with_replays([&] {
    return registry.current_suite_has([](auto hook) { return hook == SetUpTestSuite; });
  }));
  EXPECT_FALSE(holds_with_replays([&] {
    return registry.current_suite_has([](auto hook) { return hook == set_up_replays; });
  }));
}

TEST_F(TestsOfThisProgram, AreHiddenFromTheLoopButForOne) {
  EXPECT_TRUE(holds_in_fork([&] {
    OnlyTest only(this_test());
    only.turn(this_suite());
    return this_suite().total_test_count() == 1 && this_suite().GetTestInfo(0) == &this_test();
  }));
}

TEST_F(TestsOfThisProgram, AreShownAgainInTheirOrder) {
  EXPECT_TRUE(holds_in_fork([&] {
    const auto tests = pa::get(pa::SuiteTests{}, this_suite());
    const auto order = pa::get(pa::SuiteOrder{}, this_suite());
    OnlyTest only(this_test());
    only.turn(this_suite());
    only.turn(this_suite());
    return pa::get(pa::SuiteTests{}, this_suite()) == tests &&
           pa::get(pa::SuiteOrder{}, this_suite()) == order;
  }));
}

class ParameterizedHere : public testing::TestWithParam<int> {};
TEST_P(ParameterizedHere, IsKnownAsItWasWritten) {
  EXPECT_THAT(parameterized_suites(), testing::Contains("ParameterizedHere"));
}
INSTANTIATE_TEST_SUITE_P(Once, ParameterizedHere, testing::Values(1));

}  // namespace
}  // namespace cloister::googletest
