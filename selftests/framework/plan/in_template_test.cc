// The plan of a cell within that of a template.
#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>

#include "framework/plan/plan.h"
#include "selftests/framework/plan/made_up_facts.h"

namespace cloister {
namespace {

CellPlan plan_of(const CellConfig& config = {}) {
  auto plan = make_plan(config, root_host(CgroupVersion::kV2));
  EXPECT_TRUE(plan);
  return plan ? *plan : CellPlan{};
}

CellPlan within(TemplateKind kind, const CellPlan& of_template = plan_of()) {
  auto plan = plan_in_template(of_template, kind);
  EXPECT_TRUE(plan);
  return plan ? *plan : CellPlan{};
}

template <typename Step>
bool has(const CellPlan& plan) {
  return std::ranges::any_of(
      plan.inside.steps, [](const SetupStep& step) { return std::holds_alternative<Step>(step); });
}

class InTemplate : public testing::TestWithParam<TemplateKind> {};
INSTANTIATE_TEST_SUITE_P(BothKinds, InTemplate,
                         testing::Values(TemplateKind::kSnapshot, TemplateKind::kServices));

TEST_P(InTemplate, TheUsersAreTheTemplates) {
  const CellPlan plan = within(GetParam());
  EXPECT_EQ(plan.inside.namespaces & CLONE_NEWUSER, 0U);
  EXPECT_TRUE(plan.inside.uid_map.empty());
}

TEST_P(InTemplate, ProcessesAndMountsAreItsOwn) {
  constexpr std::uint64_t kOwn = CLONE_NEWPID | CLONE_NEWNS;
  EXPECT_EQ(within(GetParam()).inside.namespaces & kOwn, kOwn);
}

TEST_P(InTemplate, EachTmpfsShowsACopy) {
  for (const SetupStep& step : within(GetParam()).inside.steps) {
    const auto* tmpfs = std::get_if<MountTmpfs>(&step);
    EXPECT_TRUE(tmpfs == nullptr || tmpfs->copies);
  }
}

TEST_P(InTemplate, ItsCgroupsAreAsThatOfAnyTest) {
  const CellPlan plan = plan_of(CellConfig{}.with_memory(64_MiB));
  EXPECT_EQ(within(GetParam(), plan).inside.cgroups, plan.inside.cgroups);
}

TEST(InSnapshot, NetworkAndIpcAreItsOwn) {
  const CellPlan plan = within(TemplateKind::kSnapshot);
  constexpr std::uint64_t kOwn = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
  EXPECT_EQ(plan.inside.namespaces & kOwn, kOwn);
  EXPECT_TRUE(has<BringUpLoopback>(plan));
}

TEST(InServices, NetworkAndIpcAreTheTemplates) {
  const CellPlan plan = within(TemplateKind::kServices);
  EXPECT_EQ(plan.inside.namespaces & (CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS), 0U);
  EXPECT_FALSE(has<BringUpLoopback>(plan));
  EXPECT_NE(plan.inside.look_for & kLookForNewSysv, 0);
}

TEST(Template, CannotHaveAnAudit) {
  const auto good = check_template(plan_of(CellConfig{}.with_audit(true)));
  ASSERT_FALSE(good);
  EXPECT_EQ(good.error().text(),
            "cannot fork this test from the template of its suite with an audit of its own; use "
            "scope=suite, or leave that setting out");
}

TEST(Template, CannotKeepDescriptorsOfTheRun) {
  EXPECT_FALSE(check_template(plan_of(CellConfig{}.with_keep_fds({7}))));
}

TEST(Template, TakesPidAndMountNamespaces) {
  HostFacts facts = ordinary_host();
  facts.losses.push_back({Facility::kPidNamespace, "made up", "none"});
  EXPECT_FALSE(check_template(*make_plan(CellConfig{}, facts)));
}

}  // namespace
}  // namespace cloister
