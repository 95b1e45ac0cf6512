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

TEST(Hosts, LieInATmpfsOfTheCellThatHasRoomForThem) {
  const CellPlan plan = plan_of({});
  const auto* hosts = find<NameInHosts>(plan);
  ASSERT_NE(hosts, nullptr);
  EXPECT_EQ(hosts->directory, "/dev/shm");
  for (const SetupStep& step : plan.inside.steps) {
    const auto* tmpfs = std::get_if<MountTmpfs>(&step);
    if (tmpfs == nullptr) continue;
    EXPECT_EQ(tmpfs->holds_hosts, tmpfs->target == "/dev/shm") << tmpfs->target;
  }
}

TEST(Hosts, LieInATmpfsOfTheirOwnWhereTheCellHasNone) {
  const CellPlan plan = plan_of({.config = CellConfig{}.with_private_tmp(false)});
  const auto* hosts = find<NameInHosts>(plan);
  ASSERT_NE(hosts, nullptr);
  EXPECT_EQ(hosts->directory, "");
}

TEST(Hosts, LieInATmpfsOfTheirOwnWhereMountsAreAskedFor) {
  const CellPlan plan = plan_of({.mounts = {{.source = "/opt", .target = "/dev/shm"}}});
  const auto* hosts = find<NameInHosts>(plan);
  ASSERT_NE(hosts, nullptr);
  EXPECT_EQ(hosts->directory, "");
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
