// Which tests share a cell, and which get another: without any cell.
#include "adapters/googletest/test_source.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "adapters/googletest/messages.h"

namespace cloister::googletest {
namespace {

using Group = TestSource::Group;

// Two suites of this program that run nothing.
class GroupedOne : public testing::Test {};
TEST_F(GroupedOne, First) {}
TEST_F(GroupedOne, Second) {}
TEST_F(GroupedOne, Third) {}
class GroupedTwo : public testing::Test {};
TEST_F(GroupedTwo, First) {}
TEST_F(GroupedTwo, Second) {}
class GroupedThree : public testing::Test {
 protected:
  static void SetUpTestSuite() {}
};
TEST_F(GroupedThree, First) {}
TEST_F(GroupedThree, Second) {}

class Groups : public testing::Test {
 protected:
  Groups() {
    registry.enumerate();
    for (TestId id = 0; registry.has(id); ++id) {
      const std::string name = registry.test(id).test_suite_name();
      if (name == "GroupedOne") one.push_back(id);
      if (name == "GroupedTwo") two.push_back(id);
      if (name == "GroupedThree") set_up.push_back(id);
    }
    all = one;
    all.insert(all.end(), two.begin(), two.end());
  }

  TestSource source_with(Scope scope) {
    options.config.scope = scope;
    return {options, registry, all, facts, false};
  }
  // The first task of tests that share a set-up.
  CellTask task_with(Scope scope, const Group& tests) {
    options.config.scope = scope;
    TestSource source(options, registry, tests, facts, false);
    NextTask next = source.next();
    auto* task = std::get_if<CellTask>(&next);
    EXPECT_NE(task, nullptr);
    return std::move(*task);
  }
  static CellReport report_of(TestId id, Outcome outcome, std::vector<Phase> phases) {
    CellReport report;
    report.id = id;
    report.tasks = 3;
    report.outcome = std::move(outcome);
    for (const Phase phase : phases)
      report.phases.push_back({static_cast<std::uint8_t>(phase), 0, 0});
    return report;
  }

  Options options;
  Registry registry;
  HostFacts facts;
  Group one;
  Group two;
  Group set_up;  // of the suite that has a set-up
  Group all;
};

TEST_F(Groups, AreOfOneTestByDefault) {
  TestSource source = source_with(Scope::kTest);
  for (const TestId id : all) EXPECT_EQ(source.take_group(), Group{id});
  EXPECT_TRUE(source.take_group().empty());
}

TEST_F(Groups, AreSuites) {
  TestSource source = source_with(Scope::kSuite);
  EXPECT_EQ(source.take_group(), one);
  EXPECT_EQ(source.take_group(), two);
  EXPECT_TRUE(source.take_group().empty());
}

TEST_F(Groups, AreTheProgram) {
  TestSource source = source_with(Scope::kProgram);
  EXPECT_EQ(source.take_group(), all);
  EXPECT_TRUE(source.take_group().empty());
}

TEST_F(Groups, KeepTestsOfOtherSettingsApart) {
  options.overrides.push_back(
      {TestPattern("GroupedOne.Second"), CellConfig{.open_files = 99}, "GroupedOne.Second"});
  TestSource source = source_with(Scope::kProgram);
  Group rest = all;
  std::erase(rest, one[1]);
  EXPECT_EQ(source.take_group(), rest);
  EXPECT_EQ(source.take_group(), Group{one[1]});
}

TEST_F(Groups, GoOnAfterACrash) {
  TestSource source = source_with(Scope::kSuite);
  source.take_group();
  const CellReport crash = report_of(one[0], Signaled{SIGABRT}, {Phase::kSuiteSetUp, Phase::kBody});
  EXPECT_TRUE(source.take_back(crash, {one[1], one[2]}).empty());
  EXPECT_EQ(source.take_group(), (Group{one[1], one[2]})) << "before the other suite";
  EXPECT_EQ(source.take_group(), two);
}

TEST_F(Groups, GoOnAfterOneEndToSetUp) {
  TestSource source = source_with(Scope::kSuite);
  source.take_group();
  const CellReport crash = report_of(one[0], Signaled{SIGABRT}, {Phase::kSuiteSetUp});
  EXPECT_TRUE(source.take_back(crash, {one[1], one[2]}).empty());
  EXPECT_EQ(source.take_group(), (Group{one[1], one[2]}));
}

TEST_F(Groups, FailAfterTwoEndsInSetUp) {
  TestSource source = source_with(Scope::kProgram);
  source.take_group();
  source.take_back(report_of(one[0], Signaled{SIGABRT}, {Phase::kSuiteSetUp}),
                   {one[1], one[2], two[0], two[1]});
  source.take_group();
  const auto failed = source.take_back(report_of(one[1], Signaled{SIGABRT}, {Phase::kSuiteSetUp}),
                                       {one[2], two[0], two[1]});
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed[0].id, one[2]);
  EXPECT_TRUE(std::holds_alternative<Signaled>(failed[0].outcome));
  EXPECT_EQ(source.take_group(), two) << "the other suite has a chance of its own";
}

TEST_F(Groups, FailWhereThereIsNoCell) {
  TestSource source = source_with(Scope::kSuite);
  source.take_group();
  const auto failed = source.take_back(report_of(one[0], SetupFailed{"why"}, {}), {one[1], one[2]});
  ASSERT_EQ(failed.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<SetupFailed>(failed[1].outcome));
  EXPECT_EQ(source.take_group(), two);
}

TEST_F(Groups, AreOverWhereGoogleTestPassedAllOver) {
  TestSource source = source_with(Scope::kSuite);
  source.take_group();
  const auto passed =
      source.take_back(report_of(one[0], Finished{}, {Phase::kEnvironmentSetUp}), {one[1], one[2]});
  ASSERT_EQ(passed.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<Finished>(passed[1].outcome));
}

TEST_F(Groups, GoOnAfterATestThatEndedTheProgramAsIfAllWereDone) {
  TestSource source = source_with(Scope::kSuite);
  source.take_group();
  EXPECT_TRUE(
      source.take_back(report_of(one[0], Finished{}, {Phase::kBody}), {one[1], one[2]}).empty());
  EXPECT_EQ(source.take_group(), (Group{one[1], one[2]}));
}

TEST_F(Groups, AreForgottenInAnInterruptedRun) {
  TestSource source = source_with(Scope::kSuite);
  source.take_group();
  EXPECT_TRUE(source.take_back(report_of(one[0], Interrupted{}, {Phase::kBody}), {one[1]}).empty());
  EXPECT_EQ(source.take_group(), two);
}

TEST_F(Groups, OfASnapshotAreSuitesWithASetUp) {
  options.config.scope = Scope::kSnapshot;
  all.insert(all.end(), set_up.begin(), set_up.end());
  TestSource source(options, registry, all, facts, false);
  for (std::size_t i = 0; i < one.size() + two.size(); ++i)
    EXPECT_EQ(source.take_group(), Group{all[i]});
  EXPECT_EQ(source.take_group(), set_up);
}

TEST_F(Groups, OfASnapshotAreAllSuitesWithEnvironments) {
  options.config.scope = Scope::kSnapshot;
  TestSource source(options, registry, all, facts, true);
  EXPECT_EQ(source.take_group(), one);
  EXPECT_EQ(source.take_group(), two);
}

TEST_F(Groups, OfASnapshotHaveATemplate) {
  EXPECT_EQ(task_with(Scope::kSnapshot, set_up).template_kind, TemplateKind::kSnapshot);
  EXPECT_EQ(task_with(Scope::kServices, set_up).template_kind, TemplateKind::kServices);
  EXPECT_EQ(task_with(Scope::kSuite, set_up).template_kind, std::nullopt);
}

TEST_F(Groups, OfOneTestNeedNoTemplate) {
  EXPECT_EQ(task_with(Scope::kSnapshot, {set_up[0]}).template_kind, std::nullopt);
}

TEST_F(Groups, OfASnapshotAreRefusedWhereEachTestStartsTheProgram) {
  options.launch = Launch::kExec;
  const CellTask task = task_with(Scope::kSnapshot, set_up);
  ASSERT_FALSE(task.plan);
  EXPECT_EQ(task.plan.error().hint, "use scope=suite");
}

TEST_F(Groups, ByThemselvesAreOneProcessWhereThereCanBeNoTemplate) {
  options.launch = Launch::kExec;
  testing::internal::CaptureStderr();
  const CellTask task = task_with(Scope::kAuto, set_up);
  EXPECT_EQ(task.template_kind, std::nullopt);
  EXPECT_TRUE(task.plan);
  EXPECT_EQ(
      testing::internal::GetCapturedStderr().find(
          "cloister: note: GroupedThree: scope=auto is scope=suite here, because there can be no "
          "template: "),
      0U);
}

}  // namespace
}  // namespace cloister::googletest
