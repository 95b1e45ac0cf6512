// Where a cell's own name is in its /etc/hosts, and where that file lies.
#include <gtest/gtest.h>

#include "framework/plan/plan.h"
#include "selftests/framework/plan/made_up_facts.h"

namespace cloister {
namespace {

template <typename Step>
const Step* find(const CellPlan& plan) {
  const Step* found = nullptr;
  for (const SetupStep& step : plan.inside.steps) {
    if (const auto* it = std::get_if<Step>(&step)) found = it;
  }
  return found;
}

CellPlan plan_of(const CellRequest& request, const HostFacts& facts = ordinary_host()) {
  auto plan = make_plan(request, facts);
  EXPECT_TRUE(plan);
  return plan ? *plan : CellPlan{};
}

TEST(Hosts, NameTheHostnameThatIsSet) {
  const CellPlan plan = plan_of({.config = CellConfig{}.with_hostname("abbey")});
  const auto* hosts = find<NameInHosts>(plan);
  ASSERT_NE(hosts, nullptr);
  EXPECT_EQ(hosts->name, "abbey");
}

// Taking a mount off waits for the kernel's readers.
TEST(Hosts, AreMadeWhereThePrivateProcThenCoversThem) {
  const CellPlan plan = plan_of({});
  ASSERT_GE(plan.inside.steps.size(), 3U);
  EXPECT_EQ(plan.inside.steps[1], SetupStep(NameInHosts{"cloister", true}));
  EXPECT_EQ(plan.inside.steps[2], SetupStep(MountProc{"/proc"}));
}

TEST(Hosts, OfANewRootAreMadeInIt) {
  const CellPlan plan = plan_of({.root = "/srv"});
  ASSERT_FALSE(plan.inside.steps.empty());
  EXPECT_EQ(plan.inside.steps.back(), SetupStep(NameInHosts{"cloister", false}));
}

TEST(Hosts, AreTheHostsWithTheHostsNetwork) {
  const CellPlan plan = plan_of({.config = CellConfig{}.with_network(Network::kHost)});
  EXPECT_EQ(find<NameInHosts>(plan), nullptr);
}

TEST(Hosts, AreTheCallersWhereTheCallerBindsThem) {
  const CellPlan plan = plan_of({.mounts = {{.source = "/opt/hosts", .target = "/etc/hosts"}}});
  EXPECT_EQ(find<NameInHosts>(plan), nullptr);
}

}  // namespace
}  // namespace cloister
